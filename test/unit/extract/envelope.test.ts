import { describe, expect, it } from "vitest";
import { compileExtract } from "../../../src/extract/compile.ts";
import { EDGE_BYTES, Edges, EDGES_BYTES } from "../../../src/extract/edges.ts";
import { readEnvelope, type Envelope } from "../../../src/extract/envelope.ts";
import { anExtractSpec } from "../../support/provider/answers.ts";

function envelopeOf(text: string | Buffer, changes = {}): Envelope {
  const edges = new Edges(Buffer.alloc(EDGES_BYTES));
  const bytes = Buffer.from(text as string);
  edges.take(bytes, 0, bytes.length);
  return readEnvelope(compileExtract(anExtractSpec(changes)), edges);
}

const NOTHING: Envelope = { declared: null, start: null, end: null, continuation: null, maintenance: false, error: null, queryId: null, unreadable: null };

const UPDATES = `"updates": [${'{"timestamp":1749478965,"type":"A"},'.repeat(9000)}]`;

describe("the envelope of an answer", () => {
  it("is read where the data stands in its middle, as in 2025", () => {
    const text = `{\n    "see_also": [],\n    "data": { "query_starttime": "2025-06-09T13:59:55",\n "query_endtime": "2025-06-11T13:59:55",\n ${UPDATES},\n "nr_updates": 9000\n },\n "query_id": "2025-x" }`;
    expect(envelopeOf(text)).toEqual({ ...NOTHING, declared: 9000, start: 1749477595, end: 1749650395, queryId: "2025-x" });
  });

  it("is read where the data comes last, as in 2026", () => {
    const text = `{"see_also":["https:\\/\\/example.net\\/rest?a=1\\u0026b=2"],"query_id":"2026-x","data":{"query_starttime":1749477595,"query_endtime":1749650395,${UPDATES},"nr_updates":9000}}`;
    expect(envelopeOf(text)).toEqual({ ...NOTHING, declared: 9000, start: 1749477595, end: 1749650395, queryId: "2026-x", continuation: "https://example.net/rest?a=1&b=2" });
  });

  const table: Record<string, [text: string, said: Partial<Envelope>]> = {
    "nothing is said": ["<html>Please wait</html>", {}],
    "there is no text": ["", {}],
    "the last declared number counts": ['"nr_updates":1 "nr_updates":22 "nr_updates": 3', { declared: 3 }],
    "a declared number that is none is not declared": ['"nr_updates":12345678901234567890', { declared: null }],
    "the first of the others counts": ['"query_id":"a" "query_id":"b"', { queryId: "a" }],
    "it is maintenance": ['{"data_call_status": "maintenance - this data call"}', { maintenance: true }],
    "an error that gives no reason": ['{"status": "error"}', { error: "" }],
    "a time that cannot be read": ['"query_endtime":17494789659999', { unreadable: { error: "unreadable-time", detail: "the answer's own start or end is not a time: 17494789659999" } }],
    "a query id that would not fit a line": [`"query_id":"a\\u0000b\\n${"c".repeat(500)}"`, { queryId: `a b ${"c".repeat(196)}` }],
    "UTF-8": ['"query_id":"zürich"', { queryId: "zürich" }],
    "an escape that is none": [String.raw`"query_id":"a\qb"`, { queryId: String.raw`a\qb` }],
  };
  it.each(Object.entries(table))("says what the answer says: %s", (_, [text, said]) => {
    expect(envelopeOf(text)).toEqual({ ...NOTHING, ...said });
  });

  it("gives the reason of an error", () => {
    expect(envelopeOf('{"messages":[["error","AS1 is \\"bad\\""]]}', { error: String.raw`"error",\s*"((?:[^"\\]|\\.){1,300})` }).error).toBe('AS1 is "bad"');
  });

  it("is found where it lies across the place at which both edges meet", () => {
    const before = "x".repeat(EDGE_BYTES - 7);
    expect(envelopeOf(`${before}"nr_updates":12345`).declared).toBe(12345);
    expect(envelopeOf(`${before}"query_id":"here"${"y".repeat(EDGE_BYTES - 20)}`).queryId).toBe("here");
  });

  it("is found in the last byte of the first edge and the first byte of the last", () => {
    const id = '"query_id":"here"';
    const rest = "y".repeat(3 * EDGE_BYTES);
    expect(envelopeOf(`${"x".repeat(EDGE_BYTES - id.length)}${id}${rest}`).queryId).toBe("here");
    expect(envelopeOf(`${rest}${id}${"x".repeat(EDGE_BYTES - id.length)}`).queryId).toBe("here");
    expect(envelopeOf(`${"x".repeat(EDGE_BYTES + 1 - id.length)}${id}${rest}`).queryId).toBeNull();
    expect(envelopeOf(`${rest}${id}${"x".repeat(EDGE_BYTES + 1 - id.length)}`).queryId).toBeNull();
  });

  it("finds the declared number before long data too", () => {
    expect(envelopeOf(`{"nr_updates":7,${UPDATES}}`).declared).toBe(7);
  });
});
