import { describe, expect, it } from "vitest";
import { compileExtract } from "../../../src/extract/compile.ts";
import { EDGE_BYTES, Edges, EDGES_BYTES } from "../../../src/extract/edges.ts";
import { readEnvelope, type Envelope } from "../../../src/extract/envelope.ts";
import { anExtractSpec } from "../../support/provider/answers.ts";

function envelopeOf(text: string | Buffer, changes = {}): Envelope {
  const edges = new Edges(Buffer.alloc(EDGES_BYTES));
  const bytes = Buffer.from(text as string);
  edges.take(bytes, 0, bytes.length);
  return readEnvelope(compileExtract(anExtractSpec(changes)), edges, true);
}

const NOTHING: Envelope = { declared: null, targets: [], start: null, end: null, continuation: null, maintenance: false, error: null, saysEmpty: false, queryId: null, flaw: null };

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
    "the first of the others counts": ['"query_id":"a" "query_id":"b"', { queryId: "a" }],
    "it is maintenance": ['{"data_call_status": "maintenance - this data call"}', { maintenance: true }],
    "an error that gives no reason": ['{"status": "error"}', { error: "" }],
    "a time that cannot be read": ['"query_endtime":17494789659999', { flaw: { error: "unreadable-time", detail: "the answer's own start or end is not a time: 17494789659999" } }],
    "a query id that would not fit a line": [`"query_id":"a\\u0000b\\n${"c".repeat(500)}"`, { queryId: `a b ${"c".repeat(196)}` }],
    "UTF-8": ['"query_id":"zürich"', { queryId: "zürich" }],
    "an escape that is none": [String.raw`"query_id":"a\qb"`, { queryId: String.raw`a\qb` }],
  };
  it.each(Object.entries(table))("says what the answer says: %s", (_, [text, said]) => {
    expect(envelopeOf(text)).toEqual({ ...NOTHING, ...said });
  });

  const declares = (error: string, detail: string): Partial<Envelope> => ({ declared: null, flaw: { error, detail } as Envelope["flaw"] });
  const noNumber = (written: string): Partial<Envelope> => declares("declared-wrong", `the answer declares "${written}" matches, which is no whole number`);
  const counts: Record<string, [text: string, said: Partial<Envelope>, pattern?: string]> = {
    "a whole number": ['{"count":30}', { declared: 30 }],
    "a number at the end of the text": ['"count":30', { declared: 30 }],
    "a number with an exponent": ['{"count":30e3}', noNumber("30e3")],
    "a number with an exponent that has a sign": ['{"count":30E-3}', noNumber("30E-3")],
    "a number with a fraction": ['{"count":5.7}', noNumber("5.7")],
    "a number that is longer than the group": ['{"count":1234567}', { declared: 1234567 }, '"count":([0-9]{1,3})'],
    "a number that begins before the group": ["1234 events", noNumber("1234"), "([0-9]{1,3}) events"],
    "a fraction before the group": ["12.5 events", noNumber("12.5"), "([0-9]{1,3}) events"],
    "an exponent before the group": ["1e5 events", noNumber("1e5"), "([0-9]{1,3}) events"],
    "a negative number": ["-5 events", noNumber("-5"), "([0-9]{1,3}) events"],
    "a number behind a dash that is a hyphen": ["events-5", { declared: 5 }, "-([0-9]{1,3})"],
    "a number that is followed by what the pattern names": ['{"n":"12 events"}', { declared: 12 }, '"([0-9]{1,3}) events'],
    "a number that is followed by something else in its quotes": ['{"count":"12 of 30"}', noNumber("12 of 30"), '"count":"([0-9]{1,3})'],
    "a number with a damaged digit": ['{"count":12\u00b03}', noNumber("12\u00b03")],
    "a number with a digit that became a quote": ['{"count":"1"3"}', noNumber('1"3'), '"count":"([0-9]{1,9})'],
    "a number with a digit that became a quote, which the pattern takes for its end": ['{"count":"1"3"}', noNumber('1"3'), '"count":"([0-9]{1,9})"'],
    "a number in quotes before white space": ['{"count":"12" \n}', { declared: 12 }, '"count":"([0-9]{1,9})"'],
    "a number with a digit that became a space": ['{"count":12 3}', noNumber("12 3")],
    "a number with a zero before its other digits, which JSON does not know": ['{"count":012}', noNumber("012")],
    "zero": ['{"count":0}', { declared: 0 }],
    "a number in quotes may be padded": ['{"count":"012"}', { declared: 12 }, '"count":"([0-9]{1,9})'],
    "a number before white space": ['{"count":12 \n}', { declared: 12 }],
    "a number of more digits than a count has": ['{"count":12345678901234567890}', noNumber("12345678901234567890"), '"count":([0-9]{1,99})'],
    "text where a number should be": ['{"count":"many"}', noNumber("many"), '"count":"([a-z]{1,99})"'],
    "nothing where the group takes no part": ['{"count":null}', { declared: null }, '"count":(?:null|([0-9]{1,9}))'],
    "the same number twice": ['{"count":7,"events":[],"page":{"count":7}}', { declared: 7 }],
    "two different numbers": [
      '{"count":7,"events":[],"user":{"count":0}}',
      declares("declared-ambiguous", "the answer declares different numbers of matches: 7, 0; extract.declared should match one of them only"),
    ],
    "two different numbers, of which the file says one": ['{"count":7,"events":[],"user":{"count":0}}', { declared: 7 }, '\\{"count":([0-9]{1,9}),'],
  };
  it.each(Object.entries(counts))("reads a declared number to its end, and never guesses: %s", (_, [text, said, pattern = '"count":([0-9]{1,9})']) => {
    expect(envelopeOf(text, { declared: pattern })).toEqual({ ...NOTHING, ...said });
  });

  it("does not take a number for whole that goes on where the text was not kept", () => {
    const rest = "y".repeat(3 * EDGE_BYTES);
    const id = '"count":12';
    expect(envelopeOf(`${"x".repeat(EDGE_BYTES - id.length)}${id}345${rest}`, { declared: '"count":([0-9]{1,9})' }).declared).toBeNull();
    expect(envelopeOf(`${rest}1234 events${"x".repeat(EDGE_BYTES - 9)}`, { declared: "([0-9]{1,9}) events" }).declared).toBeNull();
  });

  const names: Record<string, [text: string, targets: string[], pattern?: string]> = {
    "as it stands": ['{"id":"s-1"}', ["s-1"]],
    "in UTF-8": ['{"id":"bücher.example"}', ["bücher.example"]],
    "with escapes": [String.raw`{"id":"b\u00fccher \"x\""}`, ['bücher "x"'], String.raw`"id":"((?:[^"\\]|\\.){1,99})"`],
    "to the quote, though the group is too short": ['{"id":"AS33331"}', ["AS33331"], '"id":"([A-Z0-9]{1,6})'],
    "to the quote, though the group knows no escape": [String.raw`{"id":"caf\u00e9"}`, ["café"], '"id":"([a-z]{1,9})'],
    "to the end of a number": ['{"id":33331}', ["33331"], '"id":([0-9]{1,4})'],
    "to the end of a word": ["about web-001, 5 events", ["web-001"], "about ([a-z]{1,9})"],
    "once, if it stands twice": ['{"id":"a","x":{"id":"a"}}', ["a"]],
    "all of them, if they differ": ['{"id":"a","x":{"id":"b"}}', ["a", "b"]],
  };
  it.each(Object.entries(names))("reads the name of the target %s", (_, [text, targets, pattern = '"id":"([^"]{1,99})"']) => {
    expect(envelopeOf(text, { target: pattern })).toEqual({ ...NOTHING, targets });
  });

  const contradictions: Record<string, [text: string, flaw: Envelope["flaw"]]> = {
    "two starts": ['"query_starttime":1000,"query_starttime":1001', { error: "range-unclear", detail: "the answer states different times as its start: 1000, 1001; extract.queryStart should match one of them only" }],
    "two ends": ['"query_endtime":1000,"query_endtime":1001', { error: "range-unclear", detail: "the answer states different times as its end: 1000, 1001; extract.queryEnd should match one of them only" }],
    "two ways to the rest": ['"see_also":["/a"],"see_also":["/b"]', { error: "continuation", detail: "the answer names different URLs for its rest: /a, /b" }],
    "a start with a damaged digit": ['{"query_starttime":17499456\u00b00,"x":1}', { error: "unreadable-time", detail: "the answer's own start or end is not a time: 17499456\u00b00" }],
    "a start with a digit that became a bracket": ['{"query_starttime":1749945)00,"x":1}', { error: "unreadable-time", detail: "the answer's own start or end is not a time: 1749945)00" }],
    "a start with a digit that became a leading zero": ['{"query_starttime":0749945600,"x":1}', { error: "unreadable-time", detail: "the answer's own start or end is not a time: 0749945600" }],
    "a start with a digit that became a quote": ['{"query_starttime":"20"5-06-15T00:00:00","x":1}', { error: "unreadable-time", detail: 'the answer\'s own start or end is not a time: 20"5-06-15T00:00:00' }],
    "a start with an exponent": ['"query_starttime":1000e3', { error: "unreadable-time", detail: "the answer's own start or end is not a time: 1000e3" }],
  };
  it.each(Object.entries(contradictions))("believes neither of %s", (_, [text, flaw]) => {
    expect(envelopeOf(text)).toEqual({ ...NOTHING, flaw });
  });

  it("takes the same moment, written in two ways, for one", () => {
    expect(envelopeOf('"query_starttime":1749477595,"query_starttime":"2025-06-09T13:59:55"')).toMatchObject({ start: 1_749_477_595, flaw: null });
  });

  it("sees that an answer is empty", () => {
    expect(envelopeOf('{"events":[]}', { empty: '"events":\\[\\]' }).saysEmpty).toBe(true);
    expect(envelopeOf("<html>Log in</html>", { empty: '"events":\\[\\]' }).saysEmpty).toBe(false);
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
