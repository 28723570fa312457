import type { ResolvedSpec } from "../../model/resolved.ts";

/** Query parameters that say who asks, and change nothing of the answer. */
const WHO_ASKS = ["sourceapp"];

/**
 * What a dataset asks and matches, one "field: value" a line, of which a hash is its fingerprint. Answers to another question are another dataset;
 * another host with the same paths (a mirror, a proxy, the simulator) is not another question.
 */
export function fingerprintText({ request, extract }: Pick<ResolvedSpec, "request" | "extract">): string {
  const { path, query } = questionOf(request.url);
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

/** Path and query without the origin; the order of the parameters says nothing. */
function questionOf(template: string): { path: string; query: string[] } {
  const [beforeQuery, ...query] = template.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").replace(/#.*$/, "").split("?");
  const parameters = query.join("?").split("&").filter((parameter) => parameter !== "" && !WHO_ASKS.includes(parameter.split("=")[0]!));
  return { path: beforeQuery === "" || beforeQuery === undefined ? "/" : beforeQuery, query: parameters.sort() };
}
