import { createHash } from "node:crypto";
import type { TargetSource } from "../model/resolved.ts";

/**
 * A hash of where a list comes from. A complete window whose plan has the same hash does not fetch the list again. Scheme and host of
 * a URL do not count: a mirror or a proxy serves the same list.
 */
export function sourceHash({ from }: TargetSource): string {
  return createHash("sha256").update(JSON.stringify(sourceOf(from))).digest("hex");
}

function sourceOf(from: TargetSource["from"]): readonly string[] {
  if (from.kind === "list") return from.list;
  return from.kind === "file" ? [from.origin] : [pathOf(from.url), from.pattern, from.prefix];
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/, "");
}
