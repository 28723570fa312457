import { NOTHING_MEASURED } from "../../../src/model/measured.ts";
import type { BatchMessage, BatchRange, Cause, PrepareMessage } from "../../../src/model/message.ts";
import type { Totals } from "../../../src/model/states.ts";
import type { PrepareTask } from "../../../src/model/tasks.ts";
import type { PodEnd, Programs } from "../kube/run-jobs.ts";

/** What becomes of a target when a batch asks it: settled, left failed, or the death of its batch. */
export type Fate = "ok" | "failed" | "memory" | "crash";

export interface SimulatedSweep extends Programs {
  readonly totals: () => Totals;
  /** How often a batch of this number ran. */
  readonly runs: ReadonlyMap<number, number>;
}

export interface SimulatedSweepOptions {
  readonly targets: number;
  readonly batch: number;
  readonly passes: number;
  /** Of a target, from 0, in a pass, from 1. "ok" where nothing is said. */
  readonly fate?: (target: number, pass: number) => Fate;
  /** Comes before what the program would say; null: it runs. */
  readonly instead?: (what: "prepare" | "batch", number: number) => PodEnd | null;
}

const MiB = 2 ** 20;

/** Prepare and batch against a database of a few numbers: idempotent, as the real ones are. */
export function simulateSweep({ targets, batch: size, passes, fate = () => "ok", instead = () => null }: SimulatedSweepOptions): SimulatedSweep {
  const settled = new Set<number>();
  const failed = new Set<number>();
  const batches = new Map<number, { readonly targets: readonly number[]; readonly pass: number; readonly memoryBytes: number }>();
  const packed = new Map<string, BatchRange[]>();
  const runs = new Map<number, number>();

  const totals = (): Totals => ({ targets, ok: settled.size, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: failed.size, missing: targets - settled.size - failed.size, updates: settled.size });
  const pack = (pass: number): BatchRange[] => {
    const left = Array.from({ length: targets }, (_, target) => target).filter((target) => !settled.has(target));
    if (left.length === 0 || pass > passes) return [];
    const from = batches.size;
    for (let at = 0; at < left.length; at += size) batches.set(batches.size, { targets: left.slice(at, at + size), pass, memoryBytes: 128 * MiB });
    return [{ from, to: batches.size - 1, memoryBytes: 128 * MiB }];
  };

  return {
    totals,
    runs,
    prepare({ place }: PrepareTask, attempt) {
      const other = instead("prepare", attempt);
      if (other !== null) return other;
      const key = `${place.pass}-${place.round}`;
      const ranges = packed.get(key) ?? pack(place.pass);
      packed.set(key, ranges);
      const verdict = settled.size === targets ? "complete" : "incomplete";
      const message: PrepareMessage = { program: "prepare", pass: place.pass, round: place.round, ranges, totals: totals(), notes: [], causes: causesOf([...failed]), ...(ranges.length === 0 ? { verdict } : {}) };
      return { exitCode: 0, message };
    },
    batch(number) {
      const other = instead("batch", number);
      if (other !== null) return other;
      runs.set(number, (runs.get(number) ?? 0) + 1);
      const mine = batches.get(number);
      if (mine === undefined) return { exitCode: 143 };
      const fates = mine.targets.map((target) => fate(target, mine.pass));
      const dies = fates.some((one) => one === "memory") ? "memory" : fates.some((one) => one === "crash") ? "crash" : null;
      if (dies === null) mine.targets.forEach((target, index) => (fates[index] === "ok" ? (settled.add(target), failed.delete(target)) : failed.add(target)));
      const message = batchMessage(number, mine.targets, fates, dies !== null);
      if (dies === "memory") return { exitCode: 137, reason: "OOMKilled", message };
      if (dies === "crash") return { exitCode: 1, message: "Error: boom" };
      return { exitCode: 0, message };
    },
  };
}

function causesOf(failed: readonly number[]): Cause[] {
  return failed.length === 0 ? [] : [{ code: "server", targets: failed.length, example: `AS${failed[0]! + 1}`, detail: "HTTP 503", at: "2026-11-21T05:00:00.000Z" }];
}

function batchMessage(batch: number, targets: readonly number[], fates: readonly Fate[], died: boolean): BatchMessage {
  const ok = died ? 0 : fates.filter((fate) => fate === "ok").length;
  const failing = died ? [] : targets.filter((_, index) => fates[index] === "failed");
  return {
    program: "batch",
    batch,
    incarnation: 1,
    targets: targets.length,
    states: { ok, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: failing.length },
    requests: targets.length,
    retries: 0,
    wireBytes: 1000,
    textBytes: 9000,
    matches: ok,
    rows: ok,
    inFlight: 0,
    slots: { wanted: 0, held: 0, limit: 8 },
    memory: { limit: 128 * MiB, anonPeak: died ? 127 * MiB : 61 * MiB, kernelPeak: null },
    seconds: 3,
    paused: null,
    measured: { ...NOTHING_MEASURED, requests: { answered: targets.length }, targets: { ok }, errors: { server: failing.length }, matches: ok },
    causes: causesOf(failing),
  };
}
