import type { ProgramMessage } from "../model/message.ts";
import { MESSAGE_LIMIT_BYTES } from "../model/message.ts";

type Check = (value: unknown) => boolean;

/**
 * What a program said by its termination message, or null: none, cut short, of another version, or not a message at all.
 * A killed program leaves anything behind, and a number that is none would poison every sum it is added to.
 */
export function parseProgramMessage(text: string): ProgramMessage | null {
  if (Buffer.byteLength(text) > MESSAGE_LIMIT_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return prepareMessage(value) || batchMessage(value) ? (value as ProgramMessage) : null;
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

const failing = listOf(having({ target: text, code: text }));

const states = { ok: count, empty: count, rejected: count, suspect: count, mismatch: count, failed: count };

const prepareMessage = having({
  program: word("prepare"),
  pass: count,
  round: count,
  ranges: listOf(having({ from: count, to: count, memoryBytes: count })),
  totals: having({ ...states, targets: count, missing: count, updates: count }),
  verdict: optional(word("complete", "usable", "incomplete")),
  failing: optional(failing),
  database: optional(having({ bytes: count, partitions: count, partitionsKept: count })),
  notes: listOf(text),
  problem: optional(text),
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
  memory: having({ limit: count, anonPeak: count, kernelPeak: either(nothing, count) }),
  seconds: count,
  paused: either(nothing, text),
  failing,
  problem: optional(text),
});
