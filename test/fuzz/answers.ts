import { compileExtract } from "../../src/extract/compile.ts";
import { createReadings, WORK_BYTES } from "../../src/extract/read.ts";
import type { ExtractSpec } from "../../src/model/resolved.ts";
import type { Window } from "../../src/model/window.ts";
import { ripestat } from "../../src/providers/ripestat.ts";
import { seededRandom, type Random } from "../../src/simulate/seeded.ts";
import { feed } from "../support/provider/feed-in-pieces.ts";
import type { FuzzReport } from "./main.ts";

/**
 * Answers in RIPEstat's shape whose truth is known, whole, damaged and cut into parts, read in random pieces. A whole one is believed, with
 * its rows. A damaged one is believed only with the rows of the whole one, unless nobody can see the damage: a plain parser of JSON reads
 * the same rows from it, and finds nothing in it that contradicts what it states or what was asked.
 */
export function fuzzAnswers(seed: number, until: () => boolean): FuzzReport {
  let cases = 0;
  for (; !until(); cases += 1) {
    const what = whatIsWrong(seededRandom(seed + cases));
    if (what !== null) return { cases, failure: { seed: seed + cases, what } };
  }
  return { cases, failure: null };
}

const TARGET = "AS3333";
const work = Buffer.alloc(WORK_BYTES);
const READINGS = { unix: readingsOf("unix"), iso: readingsOf("iso") };

function readingsOf(time: "unix" | "iso"): ReturnType<typeof createReadings> {
  return createReadings(compileExtract({ ...ripestat.preset.extract, time, maxParts: 9 } as ExtractSpec), work);
}

interface Update {
  readonly at: number;
  readonly type: "A" | "W";
}

/** What an answer is made from. */
interface Truth {
  readonly form: "unix" | "iso";
  readonly format: "2025" | "2026";
  readonly window: Window;
  /** Sorted by time. */
  readonly updates: readonly Update[];
}

function whatIsWrong(random: Random): string | null {
  const truth = aTruth(random);
  const rows = rowsOf(truth.updates);
  const kind = pick(["whole", "parts", "flips", "flips", "flips", "time", "time", "slice", "twice", "order"] as const, random);
  const answers = kind === "parts" ? inParts(truth, random) : [kind === "order" ? inOtherOrder(truth, random) : textOf(truth)];
  if (kind === "whole" || kind === "order" || kind === "parts") {
    const found = read(truth, answers, random);
    const isRight = found.state === (rows === "" ? "empty" : "ok") && found.rows === rows;
    return isRight ? null : `${kind}: ${found.state} with ${found.rows}; the whole answer has ${rows}\n${answers.join("\n")}`;
  }
  const { damaged, seen } = DAMAGE[kind](answers[0]!, random);
  const found = read(truth, [damaged], random);
  const isBelieved = found.state === "ok" || found.state === "empty";
  if (!isBelieved || found.rows === rows || found.rows === plainRows(seen, truth)) return null;
  return `${kind}: ${found.state} with ${found.rows}; the whole answer has ${rows}\n${damaged.toString("latin1")}`;
}

function aTruth(random: Random): Truth {
  const start = 1_750_000_000 - (1_750_000_000 % 86_400);
  const window = { start, end: start + pick([300, 3_600, 86_400], random) };
  const seconds = window.end - start;
  const spread = pick([seconds, Math.min(seconds, 8)], random);
  const count = pick([0, 1, 2, 5, 20, 60], random);
  const updates = Array.from({ length: count }, (): Update => ({ at: start + Math.floor(random() * spread), type: pick(["A", "W"], random) }));
  return { form: pick(["unix", "iso"], random), format: pick(["2025", "2026"], random), window, updates: updates.sort((one, other) => one.at - other.at) };
}

function written(at: number, { form }: Truth): number | string {
  return form === "unix" ? at : new Date(at * 1000).toISOString().slice(0, 19);
}

/** Strings that look like what is looked for, within what nobody looks for. */
const COMMUNITY = ['{"nr_updates":7}', '"timestamp":1750000000,"type":"A"', "3333:1", '"query_endtime":1', "\\", "é"];

interface PartOf {
  readonly updates: readonly Update[];
  readonly declared: number;
  readonly start: number;
  readonly end: number;
  readonly seeAlso?: string;
}

/** The document of a part, its keys in the order of the format. */
function documentOf(truth: Truth, part: PartOf): Record<string, unknown> {
  const updates = part.updates.map(({ at, type }, index) => ({
    seq: 82_147_686_612_993 + index,
    timestamp: written(at, truth),
    type,
    attrs: { source_id: `26-185.1.8.${index}`, target_prefix: "140.78.0.0/16", community: [COMMUNITY[index % COMMUNITY.length]] },
  }));
  const data = { resource: "3333", query_starttime: written(part.start, truth), query_endtime: written(part.end, truth), updates, nr_updates: part.declared };
  const opening = { messages: [], see_also: part.seeAlso === undefined ? [] : [part.seeAlso], data_call_status: "supported" };
  const closing = { query_id: "20260403092804-6bf9f17a", status: "ok", status_code: 200, time: "2026-04-03T09:28:04.545728" };
  return truth.format === "2026" ? { ...opening, ...closing, data } : { ...opening, data, ...closing };
}

function textOf(truth: Truth, part: PartOf = { updates: truth.updates, declared: truth.updates.length, ...truth.window }): Buffer {
  return asText(documentOf(truth, part), truth);
}

function asText(document: unknown, { format }: Truth): Buffer {
  return Buffer.from(format === "2026" ? JSON.stringify(document) : JSON.stringify(document, null, 4));
}

/** Cut in two at a second with updates, in one of the ways in which a side has all of that second. */
function inParts(truth: Truth, random: Random): Buffer[] {
  const { updates, window } = truth;
  const seam = updates.find(({ at }) => at > window.start && random() < 0.3)?.at;
  if (seam === undefined) return [textOf(truth)];
  const before = updates.filter(({ at }) => at < seam);
  const within = updates.filter(({ at }) => at === seam);
  const after = updates.filter(({ at }) => at > seam);
  const [first, second] = pick(
    [
      [[], within],
      [within, []],
      [within, within],
      [within.filter(() => random() < 0.5), within],
    ],
    random,
  );
  const parts = [[...before, ...first], [...second, ...after]] as const;
  const declared = pick([parts.map((part) => part.length), [updates.length, updates.length], [updates.length, parts[1].length]], random);
  return [
    textOf(truth, { updates: parts[0], declared: declared[0]!, start: window.start, end: seam, seeAlso: "/rest" }),
    textOf(truth, { updates: parts[1], declared: declared[1]!, start: seam, end: window.end }),
  ];
}

/** Updates and keys in another order: the same answer. Within an update, time and type stay together. */
function inOtherOrder(truth: Truth, random: Random): Buffer {
  const document = documentOf(truth, { updates: shuffled(truth.updates, random), declared: truth.updates.length, ...truth.window });
  const reordered = (fields: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(shuffled(Object.entries(fields), random));
  return asText(reordered({ ...document, data: reordered(document["data"] as Record<string, unknown>) }), truth);
}

interface Damaged {
  readonly damaged: Buffer;
  /** What a plain parser is shown: the damage to values, without the damage to the text around them, which may not be JSON any more. */
  readonly seen: Buffer;
}

/** The values that decide: times, types, and what the answer states. Its count alone, since a count that is damaged with the data may agree again. */
const VALUES = /"(?:timestamp|type|resource|query_starttime|query_endtime|nr_updates)": ?"?([^",}\n]*)/g;
const COUNT = /"nr_updates": ?(\d+)/g;

const CHARACTERS = "0123456789-:.eT ".split("");

const DAMAGE: Readonly<Record<"flips" | "time" | "slice" | "twice", (text: Buffer, random: Random) => Damaged>> = {
  /** Up to four bits. One in the count is alone. */
  flips(text, random) {
    const places = Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * text.length));
    const counts = spansOf(text, COUNT);
    const inCount = places.find((place) => isWithin(counts, place));
    const flips = (inCount === undefined ? places : [inCount]).map((place) => [place, 1 << Math.floor(random() * 8)] as const);
    const values = spansOf(text, VALUES);
    return { damaged: flipped(text, flips), seen: flipped(text, flips.filter(([place]) => isWithin(values, place))) };
  },

  /** A few characters of one time. */
  time(text, random) {
    const damaged = Buffer.from(text);
    const spans = spansOf(text, /"timestamp": ?"?([0-9T:-]+)/g);
    if (spans.length === 0) return { damaged, seen: damaged };
    const [from, to] = pick(spans, random);
    for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) damaged[from + Math.floor(random() * (to - from))] = pick(CHARACTERS, random).charCodeAt(0);
    return { damaged, seen: damaged };
  },

  /** The end is missing, the start, or a piece in the middle. */
  slice(text, random) {
    const places = [Math.floor(random() * text.length), Math.floor(random() * text.length)].sort((one, other) => one - other);
    const [from, to] = pick([[places[0]!, text.length], [0, places[0]!], [places[0]!, places[1]!], [places[0]!, Math.min(text.length, places[0]! + 1 + Math.floor(random() * 4))]], random);
    // Where the end of a time is missing with its quote, the damage is to the time: the quote is shown to the parser.
    const isEndOfTime = spansOf(text, /"timestamp": ?"([0-9T:-]+)/g).some((time) => time[0] < from && from <= time[1] && to === time[1] + 1);
    const without = (between: string): Buffer => Buffer.concat([text.subarray(0, from), Buffer.from(between), text.subarray(to)]);
    return { damaged: without(""), seen: without(isEndOfTime ? '"' : "") };
  },

  /** A field or an update stands twice; a field may have another value there. */
  twice(text, random) {
    const spans = [...spansOf(text, /("[a-z_]+": ?(?:"[^"]*"|\d+))/g), ...spansOf(text, /(\{\s*"seq"[^}]*\}\s*\})/g)];
    const [from, to] = pick(spans, random);
    const piece = text.toString("latin1", from, to);
    const other = random() < 0.6 ? piece : piece.replace(/(?<=: ?"?)\d|\d(?="?$)/, () => String(Math.floor(random() * 10)));
    const both = pick([`${piece},${other}`, `${other},${piece}`], random);
    const damaged = Buffer.concat([text.subarray(0, from), Buffer.from(both, "latin1"), text.subarray(to)]);
    return { damaged, seen: damaged };
  },
};

type Span = readonly [from: number, to: number];

/** Where the first group matches. */
function spansOf(text: Buffer, pattern: RegExp): Span[] {
  return [...text.toString("latin1").matchAll(new RegExp(pattern.source, "dg"))].map((match) => match.indices![1]!);
}

function isWithin(spans: readonly Span[], place: number): boolean {
  return spans.some(([from, to]) => from <= place && place < to);
}

function flipped(text: Buffer, flips: readonly (readonly [place: number, bit: number])[]): Buffer {
  const result = Buffer.from(text);
  for (const [place, bit] of flips) result[place] = result[place]! ^ bit;
  return result;
}

interface Found {
  readonly state: string;
  readonly rows: string;
}

function read({ form, window }: Truth, answers: readonly Buffer[], random: Random): Found {
  const reading = READINGS[form](TARGET, window);
  for (const answer of answers) {
    const part = reading.part();
    const cuts = Array.from({ length: Math.floor(random() * 6) }, () => Math.floor(random() * answer.length)).sort((one, other) => one - other);
    feed(part, answer, cuts);
    part.finish();
  }
  const { state } = reading.judge();
  const counts = [...reading.observations()].map(({ at, type, updates }) => `${at}${type}${updates}`).join(" ");
  reading.release();
  return { state, rows: counts };
}

function rowsOf(updates: readonly { readonly at: number; readonly type: string }[]): string {
  const counts = new Map<string, number>();
  for (const { at, type } of updates) counts.set(`${at}${type}`, (counts.get(`${at}${type}`) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([row, count]) => `${row}${count}`).join(" ");
}

/** What a parser of JSON reads from an answer, if nothing in it contradicts what it states or what was asked; else null. */
function plainRows(text: Buffer, { window, form }: Truth): string | null {
  let data: Record<string, unknown>;
  try {
    ({ data } = JSON.parse(text.toString("utf8")) as { data: Record<string, unknown> });
  } catch {
    return null;
  }
  const timeOf = (value: unknown): number => (typeof value === "number" ? value : typeof value === "string" && form === "iso" ? isoTime(value) : NaN);
  const { resource, updates, nr_updates: declared } = data;
  const [start, end] = [timeOf(data["query_starttime"]), timeOf(data["query_endtime"])];
  const isAboutTheQuestion = (resource === "3333" || resource === TARGET) && start <= window.start && end >= window.end - 1;
  if (!isAboutTheQuestion || !Array.isArray(updates) || declared !== updates.length) return null;
  const found = (updates as Record<string, unknown>[]).map((update) => ({ at: timeOf(update["timestamp"]), type: update["type"] }));
  const isWhole = found.every(({ at, type }) => Number.isInteger(at) && at >= start && at <= end && typeof type === "string" && /^[A-Za-z]{1,16}$/.test(type));
  return isWhole ? rowsOf((found as Update[]).filter(({ at }) => at >= window.start && at < window.end)) : null;
}

const ISO = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?|([.,]\d+))?(?:[zZ]|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** As ISO 8601 allows it, with a fraction of a minute and an offset too, and read in another way than the product does. */
function isoTime(text: string): number {
  const [, date, hour, minute, second = "0", fraction = ".0", sign = "+", offsetHours = "0", offsetMinutes = "0"] = ISO.exec(text) ?? [];
  const midnight = Date.parse(`${date ?? ""}T00:00:00Z`);
  if (new Date(midnight || 0).toISOString().slice(0, 10) !== date || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return NaN;
  const seconds = Math.floor(Number(`0.${fraction.slice(1)}`) * 60) + Number(second);
  const offset = Number(`${sign}1`) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  return midnight / 1000 + Number(hour) * 3600 + (Number(minute) - offset) * 60 + seconds;
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[Math.floor(random() * choices.length)]!;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, at: random() })).sort((one, other) => one.at - other.at).map(({ item }) => item);
}
