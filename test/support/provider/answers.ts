import type { ExtractSpec } from "../../../src/model/resolved.ts";
import type { PartFacts } from "../../../src/extract/reading.ts";

/** A spec for answers of the shape that RIPEstat gives, in both of its wire formats. */
export function anExtractSpec(changes: Partial<ExtractSpec> = {}): ExtractSpec {
  return {
    pattern: String.raw`"timestamp":\s*"?([0-9T:.\-]+)"?,\s*"type":\s*"([A-Z])"`,
    time: "unix",
    declared: String.raw`"nr_updates":\s*(\d+)`,
    target: String.raw`"resource":\s*"([^"]+)"`,
    targetPrefix: "AS",
    error: String.raw`"status":\s*"error"`,
    maintenance: String.raw`"data_call_status":\s*"maintenance`,
    queryStart: String.raw`"query_starttime":\s*"?([0-9T:.\-]+)`,
    queryEnd: String.raw`"query_endtime":\s*"?([0-9T:.\-]+)`,
    continuation: String.raw`"see_also":\s*\[\s*"([^"]+)"`,
    queryId: String.raw`"query_id":\s*"([^"]+)"`,
    maxParts: 10,
    ...changes,
  };
}

/** What a part of a whole answer, [1000, 2000) and nothing in it, says and holds. */
export function partFacts(changes: Partial<PartFacts> = {}): PartFacts {
  const empty = { matches: 0, earliest: null, latest: null, declared: 0, saysEmpty: false };
  return { ...empty, targets: ["AS1"], start: 1000, end: 2000, continuation: null, maintenance: false, error: null, queryId: null, flaw: null, textBytes: 500, ...changes };
}
