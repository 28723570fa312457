import { describe, expect, test } from "vitest";
import { parseProgramMessage } from "../../../../src/decide/sweep/program-message.ts";
import { NOTHING_MEASURED, type Measured } from "../../../../src/model/measured.ts";
import type { BatchMessage, PrepareMessage } from "../../../../src/model/message.ts";

const prepare: PrepareMessage = {
  program: "prepare",
  pass: 1,
  round: 1,
  ranges: [{ from: 0, to: 624, memoryBytes: 134217728 }],
  totals: { targets: 80000, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 80000, updates: 0 },
  notes: ["3 doubles were dropped"],
};

const batch: BatchMessage = {
  program: "batch",
  batch: 7,
  incarnation: 1,
  targets: 128,
  states: { ok: 100, empty: 20, rejected: 0, suspect: 0, mismatch: 0, failed: 8 },
  requests: 140,
  retries: 12,
  wireBytes: 1,
  textBytes: 2,
  matches: 3,
  rows: 3,
  inFlight: 0,
  slots: { wanted: 16, held: 8, limit: 8 },
  memory: { limit: 134217728, anonPeak: 5, kernelPeak: null },
  seconds: 12.5,
  paused: null,
  causes: [{ code: "timeout", targets: 1, example: "AS1", detail: "no headers within the headers timeout", at: "2026-11-21T05:00:00.000Z" }],
};

const MEASURED: Measured = { ...NOTHING_MEASURED, requests: { answered: 9, "reset-in-body": 1 }, pausedSeconds: { throttled: 1.5 }, matches: 3 };

describe("parseProgramMessage", () => {
  test.each([
    ["prepare's first", prepare],
    ["prepare's last", { ...prepare, ranges: [], verdict: "complete" }],
    ["prepare's problem", { ...prepare, problem: "No such preset" }],
    ["a batch's", batch],
    ["a batch's with the kernel's peak and a pause", { ...batch, memory: { ...batch.memory, kernelPeak: 9 }, paused: "429" }],
    ["prepare's with the size of the database", { ...prepare, database: { bytes: 9_000_000, partitions: 3, partitionsKept: 4 } }],
    ["prepare's with a retention that is held", { ...prepare, retentionHeld: "store.retention is 2d …" }],
    ["a batch's with what it measured", { ...batch, memory: { ...batch.memory, anon: 4 }, measured: MEASURED, eventLoopDelaySeconds: 0.002 }],
    ["one with a field that only a newer program knows", { ...batch, colour: "red" }],
  ])("takes %s", (_, message) => {
    expect(parseProgramMessage(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    ["a tally", { requests: 3 }],
    ["a number", { matches: -1 }],
    ["an amount", { errors: { timeout: "3" } }],
    ["a word that no label should be", { errors: { "AS3333 {}": 3 } }],
    ["a number of words", { errors: Object.fromEntries(Array.from({ length: 41 }, (_, index) => ["x".repeat(index % 30 + 1) + "-".repeat(index < 30 ? 0 : 1), 1])) }],
    ["a distribution", { copySeconds: { counts: [0, null], sum: 0 } }],
  ])("leaves out what a batch measured where %s in it is none of ours, and believes the rest", (_, fields) => {
    expect(parseProgramMessage(JSON.stringify({ ...batch, measured: { ...MEASURED, ...fields } }))).toEqual(batch);
  });

  test.each([
    ["an empty file", ""],
    ["half a message", JSON.stringify(batch).slice(0, 100)],
    ["a log line", "Killed"],
    ["null", "null"],
    ["a list", "[]"],
    ["another program's", JSON.stringify({ ...batch, program: "cook" })],
    ["a number as text", JSON.stringify({ ...batch, rows: "3" })],
    ["a number that is none", JSON.stringify({ ...batch, rows: null })],
    ["a negative number", JSON.stringify({ ...batch, rows: -1 })],
    ["a missing state", JSON.stringify({ ...batch, states: { ok: 1 } })],
    ["a verdict that does not exist", JSON.stringify({ ...prepare, verdict: "fine" })],
    ["a range without an end", JSON.stringify({ ...prepare, ranges: [{ from: 0, memoryBytes: 1 }] })],
    ["one that is too long", JSON.stringify({ ...prepare, notes: ["x".repeat(4096)] })],
  ])("takes %s for none", (_, text) => {
    expect(parseProgramMessage(text)).toBeNull();
  });
});
