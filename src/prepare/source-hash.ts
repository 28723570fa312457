import { createHash } from "node:crypto";
import type { TargetSource } from "../model/resolved.ts";

/**
 * Where a list comes from, as a hash: a window whose plan was made from the same source and that is complete is not
 * listed again. The origin of a URL does not count: a mirror or a proxy serves the same list.
 */
export function sourceHash({ from }: TargetSource): string {
  const source = from.kind === "list" ? from.list : [pathOf(from.url), from.pattern, from.prefix];
  return createHash("sha256").update(JSON.stringify(source)).digest("hex");
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/, "");
}
