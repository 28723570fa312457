import type { EnvelopeField } from "../model/pattern-fields.ts";
import { shorten } from "../model/visible.ts";
import type { EpochSeconds } from "../model/window.ts";
import { readIso, readUnix } from "../model/written-time.ts";
import { readCaught } from "./caught-text.ts";
import type { CompiledExtract } from "./compile.ts";
import type { Edges } from "./edges.ts";
import { problem, type Problem } from "./problem.ts";
import { readableText } from "./readable-text.ts";
import { isBrokenNumber, readCount, statementsOf, wholeText, type Statement } from "./statement.ts";

/** What an answer says about itself. */
export interface Envelope {
  readonly declared: number | null;
  /** The targets that it says it is about, each once; more than one if it contradicts itself. */
  readonly targets: readonly string[];
  readonly start: EpochSeconds | null;
  readonly end: EpochSeconds | null;
  readonly continuation: string | null;
  readonly maintenance: boolean;
  readonly error: string | null;
  /** It looks as an answer without matches does. */
  readonly saysEmpty: boolean;
  readonly queryId: string | null;
  /** A statement that cannot be read, or that contradicts another one. What it states is null then. */
  readonly flaw: Problem | null;
}

/** Longer query ids are cut in the results. */
const LONGEST_ID = 200;

/**
 * Reads an envelope from a text's edges. What proves an answer (its count, its target, its range, the way to its rest) may stand in it
 * more than once, but must then be the same: nobody can know which one is meant. Of the reason of an error and the query ID, the first counts.
 */
export function readEnvelope(compiled: CompiledExtract, edges: Edges, isJson: boolean): Envelope {
  const texts = edges.texts();
  const all = (field: EnvelopeField): Statement[] => statementsOf(compiled.envelope[field]?.source, texts);
  const first = (field: EnvelopeField): string | null => firstOf(compiled.envelope[field]?.source, texts);
  const start = readMoment(all("queryStart"), "queryStart", isJson);
  const end = readMoment(all("queryEnd"), "queryEnd", isJson);
  const rest = readRest(all("continuation"));
  const declared = readDeclared(all("declared"), isJson);
  return {
    declared: declared.value,
    targets: [...new Set(all("target").map((statement) => readName(statement, isJson)))],
    start: start.value,
    end: end.value,
    continuation: rest.value,
    maintenance: first("maintenance") !== null,
    error: readable(first("error")),
    saysEmpty: first("empty") !== null,
    queryId: readable(first("queryId"))?.slice(0, LONGEST_ID) ?? null,
    flaw: [start, end].find(({ flaw }) => flaw?.error === "unreadable-time")?.flaw ?? rest.flaw ?? declared.flaw ?? start.flaw ?? end.flaw,
  };
}

/** What an answer states, or what is wrong with it. */
interface Stated<T> {
  readonly value: T | null;
  readonly flaw: Problem | null;
}

const NOTHING = { value: null, flaw: null };

/** One value that all statements agree on. */
function agreed<T extends string | number>(values: readonly T[], contradiction: (values: string) => Problem): Stated<T> {
  const different = [...new Set(values)];
  if (different.length > 1) return { value: null, flaw: contradiction(different.slice(0, 3).map((value) => shorten(String(value))).join(", ")) };
  return { value: different[0] ?? null, flaw: null };
}

function readDeclared(statements: readonly Statement[], isJson: boolean): Stated<number> {
  const counts = statements.map((statement) => readCount(statement, isJson));
  const numbers = counts.filter((count) => typeof count === "number");
  const wrong = counts.find((count) => typeof count !== "number");
  if (wrong !== undefined) return { value: null, flaw: problem("declared-wrong", `the answer declares "${shorten(readableText(wrong.written))}" matches, which is no whole number`) };
  return agreed(numbers, (values) => problem("declared-ambiguous", `the answer declares different numbers of matches: ${values}; extract.declared should match one of them only`));
}

/** Reads both forms: an envelope may write its times differently from its matches. */
function readMoment(statements: readonly Statement[], field: "queryStart" | "queryEnd", isJson: boolean): Stated<EpochSeconds> {
  const moments = statements.map((statement) => {
    const text = wholeText(statement, isJson);
    return { text, at: isBrokenNumber(statement, text, isJson) ? NaN : /^\d+$/.test(text) ? readUnix(text) : readIso(text) };
  });
  const unreadable = moments.find(({ at }) => Number.isNaN(at));
  if (unreadable !== undefined) return { value: null, flaw: problem("unreadable-time", `the answer's own start or end is not a time: ${shorten(readableText(unreadable.text))}`) };
  const name = field === "queryStart" ? "start" : "end";
  return agreed(moments.map(({ at }) => at), (values) => problem("range-unclear", `the answer states different times as its ${name}: ${values}; extract.${field} should match one of them only`));
}

function readRest(statements: readonly Statement[]): Stated<string> {
  if (statements.length === 0) return NOTHING;
  return agreed(statements.map(({ text }) => readableText(text)), (values) => problem("continuation", `the answer names different URLs for its rest: ${values}`));
}

function readName(statement: Statement, isJson: boolean): string {
  const name = wholeText(statement, isJson);
  const read = readCaught(name, isJson);
  return "text" in read ? read.text : readableText(name);
}

function readable(latin1: string | null): string | null {
  return latin1 === null ? null : readableText(latin1);
}

/** Group 1, "" if the pattern has none or it did not take part; null without a match. */
function firstOf(source: string | undefined, texts: readonly string[]): string | null {
  if (source === undefined) return null;
  const regex = new RegExp(source);
  for (const text of texts) {
    const match = regex.exec(text);
    if (match !== null) return match[1] ?? "";
  }
  return null;
}
