import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verdict } from "../../../../src/decide/sweep/ending.ts";
import { decideSweep } from "../../../../src/decide/sweep/flow.ts";
import { pack, ranges } from "../../../../src/decide/targets/pack.ts";
import type { PrepareMessage } from "../../../../src/model/message.ts";
import type { LastBatch } from "../../../../src/model/remaining.ts";
import type { BatchSpec } from "../../../../src/model/resolved.ts";
import { type FlowSpec, type JobEnd, type JobWork, type ObservedJob, type SweepPhase, type SweepStatus, isFinished } from "../../../../src/model/sweep.ts";
import { batchMessage, MiB, totals } from "../builders.ts";

/** What happens when a target is asked. */
type Nature = "answers" | "fails" | "flaky" | "crashes" | { readonly needs: number };

interface Faults {
  /** Shares of 100: how often each happens. */
  readonly lostWrite: number;
  readonly neverMade: number;
  readonly vanishes: number;
  readonly notRemoved: number;
  readonly surroundings: number;
  readonly stopped: number;
  readonly crash: number;
  readonly silent: number;
  /** The Jobs are observed as they were one reconcile before. */
  readonly stale: number;
}

const SPEC: BatchSpec = { targets: 8, concurrency: 2, pods: 3, memoryBytes: 128 * MiB, memoryMaxBytes: 512 * MiB };

interface Outcome {
  readonly phase: SweepPhase;
  readonly settled: ReadonlySet<number>;
  readonly failed: ReadonlySet<number>;
  readonly counted: readonly number[];
  readonly made: ReadonlyMap<number, number>;
  readonly mostAlive: number;
  readonly passes: number;
  readonly status: SweepStatus;
  readonly decisions: number;
}

/** Runs a sweep whose driver loses writes and Jobs. All chance comes from `seed`. */
function drive(natures: readonly Nature[], faults: Faults, flow: FlowSpec, seed: number): Outcome {
  const chance = dice(seed);
  const happens = (share: number): boolean => chance() * 100 < share;

  // What Postgres holds.
  const settled = new Set<number>();
  const failed = new Set<number>();
  const lastBatch = new Map<number, LastBatch>();
  const packed = new Map<number, readonly number[]>();
  const said = new Map<string, PrepareMessage>();
  let nextNumber = 0;

  // What the server holds.
  let status: SweepStatus | null = null;
  let jobs: ObservedJob[] = [];
  let seen: readonly ObservedJob[] = [];
  let now = 1_800_000_000;

  const counted: number[] = [];
  const made = new Map<number, number>();
  let mostAlive = 0;

  const runPrepare = (work: Extract<JobWork, { program: "prepare" }>, outOfMemory: readonly number[]): JobEnd => {
    if (happens(faults.surroundings)) return { exitCode: 3, outOfMemory: false, message: null, lastLines: "no database" };
    if (happens(faults.crash)) return { exitCode: null, outOfMemory: false, message: null, lastLines: "" };
    const key = `${work.pass}/${work.round}`;
    const message = said.get(key) ?? packPass(work, outOfMemory);
    said.set(key, message);
    return { exitCode: 0, outOfMemory: false, message: happens(faults.silent) ? null : message, lastLines: "" };
  };

  const packPass = ({ pass, round }: { pass: number; round: number }, outOfMemory: readonly number[]): PrepareMessage => {
    const unsettled = natures.map((_, id) => id).filter((id) => !settled.has(id) && !failed.has(id));
    const remaining = unsettled.map((targetId) => ({ targetId, lastBatch: lastBatch.get(targetId) ?? null }));
    const { batches, exhausted } = pack({ remaining, outOfMemory, spec: SPEC, firstNumber: nextNumber });
    for (const id of exhausted) failed.add(id);
    const over = batches.length === 0 || pass > flow.passes;
    const sum = totals({ targets: natures.length, ok: settled.size, failed: failed.size, missing: natures.length - settled.size - failed.size });
    const message = { program: "prepare", pass, round, totals: sum, notes: [] } as const;
    if (over) return { ...message, ranges: [], verdict: verdict(sum, 0.9) };
    for (const { number, targets, memoryBytes } of batches) {
      packed.set(number, targets);
      for (const id of targets) lastBatch.set(id, { number, memoryBytes, size: targets.length, asked: false });
    }
    nextNumber += batches.length;
    return { ...message, ranges: ranges(batches) };
  };

  const runBatch = (number: number, memoryBytes: number): JobEnd => {
    let ok = 0;
    const end = (exitCode: number | null): JobEnd => ({
      exitCode,
      outOfMemory: exitCode === 4,
      message: happens(faults.silent) ? null : batchMessage(number, { ok }),
      lastLines: "",
    });
    for (const id of packed.get(number)!) {
      if (settled.has(id)) continue;
      if (happens(faults.surroundings)) return end(3);
      if (happens(faults.stopped)) return end(143);
      const nature = natures[id]!;
      if (typeof nature === "object" && nature.needs > memoryBytes) {
        lastBatch.set(id, { ...lastBatch.get(id)!, asked: true });
        return end(4);
      }
      if (nature === "crashes" || happens(faults.crash)) return end(1);
      if (nature === "fails" || (nature === "flaky" && chance() < 0.5)) continue;
      settled.add(id);
      ok += 1;
    }
    return end(0);
  };

  const launch = (work: JobWork, input: { outOfMemory: readonly number[]; memoryBytes: number }): void => {
    if (happens(faults.neverMade) || jobs.some((job) => JSON.stringify(job.work) === JSON.stringify(work))) return;
    jobs.push({ work });
    ends.set(JSON.stringify(work), () => (work.program === "prepare" ? runPrepare(work, input.outOfMemory) : runBatch(work.batch, input.memoryBytes)));
    if (work.program === "batch") made.set(work.batch, now);
    mostAlive = Math.max(mostAlive, jobs.filter((job) => job.work.program === "batch" && job.ended === undefined).length);
  };
  const ends = new Map<string, () => JobEnd>();

  for (let decisions = 1; decisions <= 20_000; decisions += 1) {
    const observed = happens(faults.stale) ? seen : jobs.slice();
    seen = jobs.slice();
    const decision = decideSweep({ flow, status, jobs: observed, now });
    if (decision.kind === "write") {
      expect(decideSweep({ flow, status, jobs: observed, now })).toEqual(decision);
      if (happens(faults.lostWrite)) continue;
      const before: readonly number[] = status?.running.map((one) => one.batch) ?? [];
      const after = decision.status.running.map((one) => one.batch);
      counted.push(...before.filter((number) => !after.includes(number)));
      expect(after.filter((number) => counted.includes(number))).toEqual([]);
      expect(after.length).toBeLessThanOrEqual(flow.pods);
      expect(new Set(after).size).toBe(after.length);
      status = decision.status;
      continue;
    }
    for (const work of decision.delete) if (!happens(faults.notRemoved)) jobs = jobs.filter((job) => JSON.stringify(job.work) !== JSON.stringify(work));
    for (const next of decision.launch) {
      if (next.program === "batch") expect(counted).not.toContain(next.work.batch);
      launch(next.work, next.program === "batch" ? { outOfMemory: [], memoryBytes: next.memoryBytes } : { ...next.place, memoryBytes: 0 });
    }
    if (isFinished(status!.phase) && jobs.length === 0) {
      return { phase: status!.phase, settled, failed, counted, made, mostAlive, passes: status!.pass, status: status!, decisions };
    }
    now += decision.requeueAfterSeconds ?? 1;
    jobs = jobs.flatMap((job) => {
      if (job.ended !== undefined || chance() < 0.5) return [job];
      const key = JSON.stringify(job.work);
      const ended = { ...job, ended: ends.get(key)!() };
      return happens(faults.vanishes) ? [] : [ended];
    });
  }
  throw new Error(`the sweep does not end: ${JSON.stringify(status)}`);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nature = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Nature>("answers") },
  { weight: 3, arbitrary: fc.constant<Nature>("flaky") },
  { weight: 1, arbitrary: fc.constant<Nature>("fails") },
  { weight: 1, arbitrary: fc.constant<Nature>("crashes") },
  { weight: 1, arbitrary: fc.constantFrom<Nature>({ needs: 200 * MiB }, { needs: 500 * MiB }, { needs: 2000 * MiB }) },
);
const share = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
const faults = fc.record({
  lostWrite: share(40),
  neverMade: share(40),
  vanishes: share(40),
  notRemoved: share(40),
  surroundings: share(5),
  stopped: share(5),
  crash: share(5),
  silent: share(30),
  stale: fc.constant(0),
});
const NONE: Faults = { lostWrite: 0, neverMade: 0, vanishes: 0, notRemoved: 0, surroundings: 0, stopped: 0, crash: 0, silent: 0, stale: 0 };
const flow = fc.record({ pods: fc.integer({ min: 1, max: 4 }), passes: fc.integer({ min: 1, max: 6 }), suspended: fc.constant(false) });
const world = fc.record({ natures: fc.array(nature, { minLength: 1, maxLength: 80 }), flow, seed: fc.integer() });
const RUNS = { numRuns: 400 };

describe("a sweep whose driver loses writes and Jobs", () => {
  test("always ends, never launches a number again that was counted, and never has more batches alive than pods", () => {
    fc.assert(
      fc.property(world, faults, (given, faulty) => {
        const outcome = drive(given.natures, faulty, given.flow, given.seed);
        expect(outcome.mostAlive).toBeLessThanOrEqual(given.flow.pods);
        expect(new Set(outcome.counted).size).toBe(outcome.counted.length);
        expect(outcome.status.running).toEqual([]);
        expect(outcome.passes).toBeLessThanOrEqual(given.flow.passes + 1);
        expect(outcome.phase === "Complete").toBe(outcome.settled.size === given.natures.length);
      }),
      RUNS,
    );
  });

  test("also ends if the Jobs are observed late", () => {
    fc.assert(
      fc.property(world, faults, share(60), (given, faulty, stale) => {
        const outcome = drive(given.natures, { ...faulty, stale }, given.flow, given.seed);
        expect(new Set(outcome.counted).size).toBe(outcome.counted.length);
      }),
      RUNS,
    );
  });

  test("settles all targets that answer if only the driver is at fault", () => {
    fc.assert(
      fc.property(fc.nat(100), faults, fc.integer(), (targets, faulty, seed) => {
        const natures = Array.from({ length: targets + 1 }, (): Nature => "answers");
        const deps = { ...faulty, surroundings: 0, stopped: 0, crash: 0 };
        const outcome = drive(natures, deps, { pods: 3, passes: 5, suspended: false }, seed);
        expect(outcome.phase).toBe("Complete");
        expect(outcome.passes).toBe(1);
        expect(outcome.status.sums.batches).toBe(Math.ceil(natures.length / SPEC.targets));
      }),
      RUNS,
    );
  });

  test("gives each giant the memory that it needs, and fails only one that needs too much", () => {
    const natures = Array.from({ length: 64 }, (_, id): Nature => (id === 5 ? { needs: 200 * MiB } : id === 6 ? { needs: 500 * MiB } : id === 40 ? { needs: 2000 * MiB } : "answers"));
    const outcome = drive(natures, NONE, { pods: 3, passes: 8, suspended: false }, 1);
    expect([...outcome.failed]).toEqual([40]);
    expect(outcome.settled.size).toBe(63);
    expect(outcome.phase).toBe("Usable");
  });

  test("with targets that crash every process ends Incomplete, with the rest settled", () => {
    const natures = Array.from({ length: 64 }, (_, id): Nature => (id % 8 === 7 ? "crashes" : "answers"));
    const outcome = drive(natures, NONE, { pods: 3, passes: 5, suspended: false }, 1);
    expect(outcome.settled.size).toBe(56);
    expect(outcome.phase).toBe("Incomplete");
  });
});
