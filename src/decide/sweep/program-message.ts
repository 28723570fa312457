import type { BatchMessage, PrepareMessage, ProgramMessage } from "../../model/message.ts";
import { MESSAGE_LIMIT_BYTES } from "../../model/message.ts";

type Check = (value: unknown) => boolean;

/**
 * The termination message of a program, or null if there is none, or if it is cut short, of another version, or something else.
 * A killed program may leave anything behind, and a single NaN would spoil every sum that it is added to.
 */
export function parseProgramMessage(text: string): ProgramMessage | null {
  if (Buffer.byteLength(text) > MESSAGE_LIMIT_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (prepareMessage(value)) return value as PrepareMessage;
  return batchMessage(value) ? withMeasured(value as BatchMessage) : null;
}

/** Invalid measurements are dropped; the rest of the message, which decides about the batch, is kept. */
function withMeasured({ measured, ...message }: BatchMessage): BatchMessage {
  return measured !== undefined && isMeasured(measured) ? { ...message, measured } : message;
}

const count: Check = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const text: Check = (value) => typeof value === "string";
const nothing: Check = (value) => value === null;

function word(...words: readonly string[]): Check {
  return (value) => words.includes(value as string);
}

function either(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function having(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" && value !== null && Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

/** Its keys become metric labels, so their number and form are limited. */
const tally: Check = (value) =>
  typeof value === "object" && value !== null && Object.entries(value).length <= 40 && Object.entries(value).every(([word, amount]) => /^[a-z][a-z-]{0,30}$/.test(word) && count(amount));

const distribution = having({ counts: listOf(count), sum: count });

const isMeasured = having({
  requests: tally,
  retries: tally,
  targets: tally,
  errors: tally,
  pausedSeconds: tally,
  matches: count,
  requestSeconds: distribution,
  targetSeconds: distribution,
  copySeconds: distribution,
});

const causes = listOf(having({ code: text, targets: count, example: text, detail: text, at: text }));

const states = { ok: count, empty: count, rejected: count, suspect: count, mismatch: count, failed: count };

const prepareMessage = having({
  program: word("prepare"),
  pass: count,
  round: count,
  ranges: listOf(having({ from: count, to: count, memoryBytes: count })),
  totals: having({ ...states, targets: count, missing: count, updates: count }),
  verdict: optional(word("complete", "usable", "incomplete")),
  selected: optional(having({ targets: count, settled: count })),
  causes: optional(causes),
  database: optional(having({ bytes: count, partitions: count, partitionsKept: count })),
  retentionHeld: optional(text),
  notes: listOf(text),
  problem: optional(text),
});

const wait = having({
  for: word("throttled", "illness", "slots", "retry", "database"),
  what: text,
  since: count,
  until: either(nothing, count),
  error: either(nothing, text),
});

const batchMessage = having({
  program: word("batch"),
  batch: count,
  incarnation: count,
  targets: count,
  states: having(states),
  requests: count,
  retries: count,
  wireBytes: count,
  textBytes: count,
  matches: count,
  rows: count,
  inFlight: count,
  slots: having({ wanted: count, held: count, limit: count }),
  memory: having({ limit: count, anon: optional(count), anonPeak: count, kernelPeak: either(nothing, count) }),
  seconds: count,
  eventLoopDelaySeconds: optional(count),
  paused: either(nothing, text),
  waiting: optional(either(nothing, wait)),
  causes: optional(causes),
  problem: optional(text),
});
