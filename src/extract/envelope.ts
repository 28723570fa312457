import { readIso } from "../model/iso-time.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { CompiledExtract, EnvelopeField } from "./compile.ts";
import type { Edges } from "./edges.ts";
import { problem, type Problem } from "./problem.ts";
import { readableText } from "./readable-text.ts";
import { readUnix } from "./time.ts";

/** What an answer says about itself. */
export interface Envelope {
  readonly declared: number | null;
  readonly start: EpochSeconds | null;
  readonly end: EpochSeconds | null;
  readonly continuation: string | null;
  readonly maintenance: boolean;
  readonly error: string | null;
  readonly queryId: string | null;
  /** A start or an end that is present and cannot be read. */
  readonly unreadable: Problem | null;
}

/** Longer query ids are cut in the results. */
const LONGEST_ID = 200;

/** Reads an envelope from a text's edges. The first match of a pattern counts, but the last of `declared`: data may come before it. */
export function readEnvelope(compiled: CompiledExtract, edges: Edges): Envelope {
  const texts = edges.texts();
  const find = (field: EnvelopeField): string | null => firstOf(compiled.envelope[field]?.source, texts);
  const declared = lastOf(compiled.envelope.declared?.source, texts);
  const start = readMoment(find("queryStart"));
  const end = readMoment(find("queryEnd"));
  const unreadable = start.unreadable ?? end.unreadable;
  return {
    declared: declared !== null && /^\d{1,15}$/.test(declared) ? Number(declared) : null,
    start: start.at,
    end: end.at,
    continuation: readable(find("continuation")),
    maintenance: find("maintenance") !== null,
    error: readable(find("error")),
    queryId: readable(find("queryId"))?.slice(0, LONGEST_ID) ?? null,
    unreadable: unreadable === null ? null : problem("unreadable-time", `the answer's own start or end is not a time: ${unreadable}`),
  };
}

function readable(latin1: string | null): string | null {
  return latin1 === null ? null : readableText(latin1);
}

/** Reads both forms: an envelope may write its times differently from its matches. */
function readMoment(written: string | null): { at: EpochSeconds | null; unreadable: string | null } {
  if (written === null) return { at: null, unreadable: null };
  const at = /^\d+$/.test(written) ? readUnix(written) : readIso(written);
  return Number.isNaN(at) ? { at: null, unreadable: readableText(written) } : { at, unreadable: null };
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

function lastOf(source: string | undefined, texts: readonly string[]): string | null {
  if (source === undefined) return null;
  for (const text of texts.toReversed()) {
    const match = [...text.matchAll(new RegExp(source, "g"))].at(-1);
    if (match !== undefined) return match[1] ?? "";
  }
  return null;
}
