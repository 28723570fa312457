import { atField, SpecError } from "../model/errors.ts";
import { ENVELOPE_FIELDS, ENVELOPE_GROUPS, STREAMED_PATTERNS, type EnvelopeField } from "../model/pattern-fields.ts";
import type { ExtractSpec } from "../model/resolved.ts";
import { timeReader, type ReadTime } from "../model/written-time.ts";
import { boundPattern, STREAM_MAXIMA, type BoundedPattern } from "./bound.ts";
import { EDGE_BYTES } from "./edges.ts";
import type { GivenMaxima } from "./regex-bounds.ts";

/** The compiled patterns of a spec, made once per process. */
export interface CompiledExtract {
  readonly pattern: AnswerPattern;
  readonly readTime: ReadTime;
  /** How times are written, for messages. */
  readonly timeForm: "unix" | "iso";
  readonly envelope: Readonly<Partial<Record<EnvelopeField, BoundedPattern>>>;
  /** What an answer may leave out before the name of its target. */
  readonly targetPrefix: string;
}

/** What is matched on answers. */
interface AnswerPattern extends BoundedPattern {
  /** The numbers of the groups that catch the time and the type; null without a type. */
  readonly time: number;
  readonly type: number | null;
}

/** Larger than for the stream: the envelope is searched as one text, and it holds URLs. */
const ENVELOPE_MAXIMA: GivenMaxima = { ...STREAM_MAXIMA, other: 2048 };

/** @throws SpecError with the path of the field */
export function compileExtract(spec: ExtractSpec): CompiledExtract {
  const pattern = compileAnswerPattern(spec.pattern);
  const envelope: Partial<Record<EnvelopeField, BoundedPattern>> = {};
  for (const field of ENVELOPE_FIELDS) {
    const source = spec[field];
    if (source !== undefined) envelope[field] = compileEnvelopePattern(field, source);
  }
  if (envelope.continuation !== undefined && (envelope.queryStart === undefined || envelope.queryEnd === undefined)) {
    throw new SpecError("it needs queryStart and queryEnd: without them the overlap of two parts of an answer is unknown", { path: ["extract", "continuation"] });
  }
  return { pattern, readTime: timeReader(spec.time), timeForm: spec.time, envelope, targetPrefix: spec.targetPrefix ?? "" };
}

/** A pattern as its field is matched. @throws SpecError with the path */
export function compilePattern(path: readonly string[], source: string): BoundedPattern {
  if (path.join() === STREAMED_PATTERNS.answer.join()) return compileAnswerPattern(source);
  if (path.join() === STREAMED_PATTERNS.list.join()) return compileListPattern(source);
  return compileEnvelopePattern(path[1] as EnvelopeField, source);
}

function compileAnswerPattern(source: string): AnswerPattern {
  return atField(STREAMED_PATTERNS.answer, () => {
    const pattern = boundPattern(source);
    return { ...pattern, ...timeAndType(pattern) };
  });
}

export function compileListPattern(source: string): BoundedPattern {
  return atField(STREAMED_PATTERNS.list, () => onlyFirstGroup(boundPattern(source), [1, 1]));
}

function compileEnvelopePattern(field: EnvelopeField, source: string): BoundedPattern {
  return atField(["extract", field], () => onlyFirstGroup(boundPattern(source, ENVELOPE_MAXIMA, EDGE_BYTES), ENVELOPE_GROUPS[field]));
}

const NO_GROUP = "has no group: put the part to read between ( and )";

function onlyFirstGroup(pattern: BoundedPattern, [least, most]: readonly [number, number]): BoundedPattern {
  const { groups } = pattern;
  const name = groups.find((group) => group !== null);
  if (name !== undefined) throw new SpecError(`has a group named ${name}, and only those of extract.pattern have names: write ( instead of (?<${name}>`);
  if (groups.length < least) throw new SpecError(NO_GROUP);
  if (groups.length > most) throw new SpecError(`has ${groups.length} groups, and at most ${most} is read: write (?: for the others`);
  return pattern;
}

/** By name, in any order; without names the first is the time and the second the type. */
function timeAndType({ groups }: BoundedPattern): { time: number; type: number | null } {
  const names = groups.filter((name) => name !== null);
  if (groups.length === 0) throw new SpecError(NO_GROUP);
  const unknown = names.find((name) => name !== "time" && name !== "type");
  if (unknown !== undefined) throw new SpecError(`has a group named ${unknown}: only time and type can be named; write (?: for the others`);
  if (names.length > 0 && names.length < groups.length) throw new SpecError("has groups with and without a name: name all of them, time and type, or none; write (?: for the others");
  if (names.length === 0 && groups.length > 2) throw new SpecError(`has ${groups.length} groups, and at most 2 are read, the time and the type: write (?: for the others`);
  const numberOf = (name: string, place: number): number => 1 + (names.length > 0 ? groups.indexOf(name) : place);
  if (names.length > 0 && !names.includes("time")) throw new SpecError("has no group named time: write (?<time>…) around the time");
  return { time: numberOf("time", 0), type: groups.length === 2 ? numberOf("type", 1) : null };
}
