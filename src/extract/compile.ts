import { atField, SpecError } from "../model/errors.ts";
import type { ExtractSpec } from "../model/resolved.ts";
import { boundPattern, STREAM_MAXIMA, type BoundedPattern, type GivenMaxima } from "./bound.ts";
import { EDGE_BYTES } from "./edges.ts";
import { timeReader, type ReadTime } from "./time.ts";

/** The patterns that are matched at the edges of an answer. A number or a text that they find is in group 1. */
export const ENVELOPE_FIELDS = ["declared", "empty", "target", "error", "maintenance", "queryStart", "queryEnd", "continuation", "queryId"] as const;
export type EnvelopeField = (typeof ENVELOPE_FIELDS)[number];

/** The compiled patterns of a spec, made once per process. */
export interface CompiledExtract {
  readonly pattern: BoundedPattern;
  readonly readTime: ReadTime;
  /** How times are written, for messages. */
  readonly timeForm: "unix" | "iso";
  readonly envelope: Readonly<Partial<Record<EnvelopeField, BoundedPattern>>>;
  /** What an answer may leave out before the name of its target. */
  readonly targetPrefix: string;
}

/** Larger than for the stream: the envelope is searched as one text, and it holds URLs. */
const ENVELOPE_MAXIMA: GivenMaxima = { ...STREAM_MAXIMA, other: 4096 };

/** Of these a match alone is enough; the others need a first group to read. */
const MAY_HAVE_NO_GROUP: readonly EnvelopeField[] = ["empty", "error", "maintenance"];

/** @throws SpecError with the path of the field */
export function compileExtract(spec: ExtractSpec): CompiledExtract {
  const pattern = atField(["extract", "pattern"], () => boundPattern(spec.pattern));
  if (pattern.groups < 1 || pattern.groups > 2) {
    throw new SpecError(`it has ${pattern.groups} groups: the first catches the time, a second one may catch the type; write (?:…) for others`, { path: ["extract", "pattern"] });
  }
  const envelope: Partial<Record<EnvelopeField, BoundedPattern>> = {};
  for (const field of ENVELOPE_FIELDS) {
    const source = spec[field];
    if (source !== undefined) envelope[field] = compileEnvelope(field, source);
  }
  if (envelope.continuation !== undefined && (envelope.queryStart === undefined || envelope.queryEnd === undefined)) {
    throw new SpecError("it needs queryStart and queryEnd: without them the overlap of two parts of an answer is unknown", { path: ["extract", "continuation"] });
  }
  return { pattern, readTime: timeReader(spec.time), timeForm: spec.time, envelope, targetPrefix: spec.targetPrefix ?? "" };
}

function compileEnvelope(field: EnvelopeField, source: string): BoundedPattern {
  const pattern = atField(["extract", field], () => boundPattern(source, ENVELOPE_MAXIMA, EDGE_BYTES));
  if (pattern.groups === 0 && !MAY_HAVE_NO_GROUP.includes(field)) {
    throw new SpecError("it has no group: put what it should read between ( and )", { path: ["extract", field] });
  }
  return pattern;
}
