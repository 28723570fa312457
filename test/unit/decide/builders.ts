import type { SweepDecision } from "../../../src/decide/sweep/decision.ts";
import { decideSweep } from "../../../src/decide/sweep/flow.ts";
import type { ObjectEvent } from "../../../src/model/event.ts";
import type { BatchMessage, PrepareMessage, Cause } from "../../../src/model/message.ts";
import type { TargetState, Totals } from "../../../src/model/states.ts";
import type { FlowSpec, JobEnd, JobWork, ObservedJob, SweepStatus } from "../../../src/model/sweep.ts";

export const MiB = 2 ** 20;
export const NOW = Date.UTC(2026, 10, 21, 5) / 1000;

export const FLOW: FlowSpec = { pods: 4, passes: 5, suspended: false };

export function totals(counts: Partial<Totals> = {}): Totals {
  return { targets: 0, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 0, ...counts };
}

/** A sweep in the middle of pass 1: batches 0 to 9, of which four run. */
export function aRunning(fields: Partial<SweepStatus> = {}): SweepStatus {
  return {
    phase: "Running",
    pass: 1,
    round: 1,
    ranges: [{ from: 0, to: 9, memoryBytes: 128 * MiB }],
    next: 4,
    running: [0, 1, 2, 3].map((batch) => ({ batch, memoryBytes: 128 * MiB, since: NOW - 60 })),
    outOfMemory: [],
    crashes: 0,
    settled: 0,
    fruitless: 0,
    totals: totals({ targets: 1280, missing: 1280 }),
    sums: { batches: 0, requests: 0, retries: 0, wireBytes: 0, textBytes: 0, rows: 0, outOfMemory: 0, crashes: 0, anonPeak: 0 },
    ...fields,
  };
}

/** The last batch of a pass runs, all before it are counted. */
export function aLastBatch(fields: Partial<SweepStatus> = {}): SweepStatus {
  return aRunning({ next: 10, running: [{ batch: 9, memoryBytes: 128 * MiB, since: NOW - 60 }], ...fields });
}

export function aPreparing(preparing: Partial<NonNullable<SweepStatus["preparing"]>> = {}, fields: Partial<SweepStatus> = {}): SweepStatus {
  const status = aRunning({ phase: "Preparing", pass: 0, round: 0, ranges: [], next: 0, running: [], ...fields });
  return { ...status, preparing: { pass: 1, round: 1, attempt: 1, notBefore: NOW, ...preparing } };
}

export function batch(number: number): JobWork {
  return { program: "batch", batch: number };
}

export function prepare(pass = 1, round = 1, attempt = 1): JobWork {
  return { program: "prepare", pass, round, attempt };
}

export function runs(work: JobWork): ObservedJob {
  return { work };
}

export function ended(work: JobWork, end: Partial<JobEnd>): ObservedJob {
  return { work, ended: { exitCode: 0, outOfMemory: false, message: null, lastLines: "", ...end } };
}

/** All batches of a status but those named, running. */
export function jobsOf(status: SweepStatus, ...but: number[]): ObservedJob[] {
  return status.running.filter((one) => !but.includes(one.batch)).map((one) => runs(batch(one.batch)));
}

export function batchMessage(number: number, states: Partial<Record<TargetState, number>>, fields: Partial<BatchMessage> = {}): BatchMessage {
  return {
    program: "batch",
    batch: number,
    incarnation: 1,
    targets: 128,
    states: { ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, ...states },
    requests: 128,
    retries: 2,
    wireBytes: 1000,
    textBytes: 9000,
    matches: 500,
    rows: 100,
    inFlight: 0,
    slots: { wanted: 0, held: 0, limit: 8 },
    memory: { limit: 128 * MiB, anonPeak: 90 * MiB, kernelPeak: null },
    seconds: 32,
    paused: null,
    causes: [],
    ...fields,
  };
}

export function prepareMessage(fields: Partial<PrepareMessage> = {}): PrepareMessage {
  return {
    program: "prepare",
    pass: 1,
    round: 1,
    ranges: [{ from: 0, to: 9, memoryBytes: 128 * MiB }],
    totals: totals({ targets: 1280, missing: 1280 }),
    notes: [],
    ...fields,
  };
}

export function decide(status: SweepStatus | null, jobs: readonly ObservedJob[], flow: Partial<FlowSpec> = {}, now = NOW): SweepDecision {
  return decideSweep({ flow: { ...FLOW, ...flow }, status, jobs, now });
}

/** What is written, where the decision is to write. */
export function written(decision: SweepDecision): { status: SweepStatus; events: readonly ObjectEvent[] } {
  if (decision.kind !== "write") throw new Error(`nothing is written: ${JSON.stringify(decision)}`);
  return decision;
}

/** What is done about the Jobs, where nothing is to be written. */
export function acts(decision: SweepDecision): Extract<SweepDecision, { kind: "apply" }> {
  if (decision.kind !== "apply") throw new Error(`a status is written: ${JSON.stringify(decision.status)}`);
  return decision;
}

export function aCause(fields: Partial<Cause> = {}): Cause {
  return { code: "declared-wrong", targets: 111, example: "web-011", detail: "the answer declares 388 matches; 100 were found", at: "2026-11-21T05:00:00.000Z", ...fields };
}
