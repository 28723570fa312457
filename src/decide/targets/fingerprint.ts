import type { ResolvedSpec } from "../../model/resolved.ts";

/** Query parameters that name the user and do not change the answer. */
const IDENTITY_PARAMETERS = ["sourceapp"];

/**
 * What a dataset requests and matches, one "field: value" per line; the hash of this is its fingerprint. Another request needs another dataset.
 * The host is left out: the same path on a mirror, a proxy or the simulator is the same request.
 */
export function fingerprintText({ request, extract }: Pick<ResolvedSpec, "request" | "extract">): string {
  const { path, query } = pathAndQuery(request.url);
  const lines = [
    ["path", path],
    ...query.map((parameter) => ["parameter", parameter]),
    ["request.timeFormat", request.timeFormat],
    ["extract.pattern", extract.pattern],
    ["extract.time", extract.time],
    ["extract.declared", extract.declared ?? ""],
  ];
  return lines.map(([field, value]) => `${field!}: ${value!.replaceAll("\n", "\\n")}`).join("\n");
}

/** Path and query without the origin. The order of the parameters does not matter, so they are sorted. */
function pathAndQuery(template: string): { path: string; query: string[] } {
  const [beforeQuery, ...query] = template.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").replace(/#.*$/, "").split("?");
  const parameters = query.join("?").split("&").filter((parameter) => parameter !== "" && !IDENTITY_PARAMETERS.includes(parameter.split("=")[0]!));
  return { path: beforeQuery === "" || beforeQuery === undefined ? "/" : beforeQuery, query: parameters.sort() };
}
