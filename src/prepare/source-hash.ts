import { createHash } from "node:crypto";
import type { TargetSource } from "../model/resolved.ts";

/**
 * Where a list comes from, as a hash: a window whose plan was made from the same source and that is complete is not
 * listed again. The origin of a URL does not count: a mirror or a proxy serves the same list.
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
