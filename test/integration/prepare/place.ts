import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, inject } from "vitest";
import type { PatienceLimits } from "../../../src/batch/host-patience.ts";
import { MemoryGuard } from "../../../src/batch/memory-guard.ts";
import { ProgressDeadline } from "../../../src/batch/progress-deadline.ts";
import { runBatch } from "../../../src/batch/run-batch.ts";
import { sweepsToRun } from "../../../src/cli/choose-windows.ts";
import { documentsOf } from "../../../src/cli/sweep-files.ts";
import type { Clock } from "../../../src/model/clock.ts";
import type { Log } from "../../../src/model/log.ts";
import type { PrepareMessage, PreparePlace } from "../../../src/model/message.ts";
import type { ResolvedSpec } from "../../../src/model/resolved.ts";
import type { SweepIdentity } from "../../../src/model/sweep.ts";
import { runPrepare } from "../../../src/prepare/run-prepare.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { aStore, REAL_CLOCK, type TestStore } from "../../support/postgres/store.ts";
import { aFolder, writeCronSweep } from "../../support/processes/sluice.ts";

const CLOCK: Clock = { now: () => performance.timeOrigin + performance.now(), ...REAL_CLOCK };

const ignored = (): void => undefined;
const NO_LOG: Log = { debug: ignored, info: ignored, warn: ignored, error: ignored, fatal: ignored };

export const DAYS = { first: "2026-11-20", second: "2026-11-21" };

/** A simulated provider, a database, and the two programs as functions: a place to prepare sweeps in. */
export interface PreparePlaces {
  readonly simulator: Simulator;
  readonly store: TestStore;
  /** How often the list was asked for, so far. */
  listed(): number;
  /** The spec of a CronSweep's window; `sections` are laid over its file. */
  spec(day?: string, sections?: Sections, name?: string): Promise<ResolvedSpec>;
  /** What it says, but for the size of the database, which grows by itself. */
  prepare(identity: SweepIdentity, spec: ResolvedSpec, place?: Partial<PreparePlace>, wishes?: PrepareWishes): Promise<PrepareMessage>;
  /** Runs the batches of a pass to their end. */
  sweep(identity: SweepIdentity, message: PrepareMessage): Promise<void>;
  /** The same as a process of its own: what it says by ending. */
  worker(spec: ResolvedSpec): Promise<{ code: number | null; problem: string | undefined; log: string }>;
  /** Targets by their state, those without a result not among them. */
  states(spec: ResolvedSpec): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

interface PrepareWishes {
  readonly signal?: AbortSignal;
  readonly confirmedRetentionSeconds?: number;
  /** How far the clock of this prepare is ahead of the real one. */
  readonly aheadSeconds?: number;
  readonly patience?: PatienceLimits;
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function anIdentity(): SweepIdentity {
  const uid = randomUUID();
  return { uid, namespace: "default", name: `trial-${uid.slice(0, 8)}` };
}

export async function openPlace(scenario: Readonly<Record<string, unknown>>): Promise<PreparePlaces> {
  const folder = await aFolder();
  const simulator = await startSimulator(parseScenario(scenario), { now: () => CLOCK.now() });
  const store = await aStore();
  const deps = (signal: AbortSignal, aheadSeconds = 0): Parameters<typeof runPrepare>[1] => ({
    db: store.db,
    program: { version: "0.1.0" },
    clock: { ...CLOCK, now: () => CLOCK.now() + aheadSeconds * 1000 },
    random: () => 0.5,
    processId: randomUUID(),
    environment: {},
    patience: { illness: Infinity, throttled: Infinity },
    signal,
  });
  const never = new AbortController().signal;
  const guard = new MemoryGuard({ limitBytes: 2 ** 40, readAnon: () => 0, monotonic: () => CLOCK.monotonic(), exceeded: () => undefined });

  return {
    simulator,
    store,
    listed: () => simulator.stats().requestsByTarget["ris-asns"] ?? 0,
    async spec(day = DAYS.first, sections = {}, name = "trial") {
      const file = await writeCronSweep(folder.path, simulator.url, sections, name);
      const [wanted] = sweepsToRun(await documentsOf([file]), { window: day }, Date.UTC(2026, 10, 23) / 1000);
      return wanted!.spec;
    },
    async prepare(identity, spec, place = {}, { signal = never, aheadSeconds, patience, ...confirmed } = {}) {
      const { database, ...message } = await runPrepare({ identity, spec, place: { pass: 1, round: 1, outOfMemory: [], ...place }, ...confirmed }, { ...deps(signal, aheadSeconds), ...(patience === undefined ? {} : { patience }) });
      expect(database?.bytes).toBeGreaterThan(0);
      return message;
    },
    async sweep({ uid }, { ranges }) {
      const numbers = ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
      for (const batch of numbers) await runBatch({ uid, batch }, { ...deps(never), guard, deadline: new ProgressDeadline(() => CLOCK.monotonic()), kernelPeak: () => null, eventLoopDelaySeconds: () => 0, log: NO_LOG, claimed: () => undefined, report: () => undefined });
    },
    async worker(spec) {
      const task = path.join(folder.path, "task.json");
      const messageFile = path.join(folder.path, "message.json");
      await writeFile(task, JSON.stringify({ identity: anIdentity(), spec, place: { pass: 1, round: 1, outOfMemory: [] } }));
      const child = spawn(process.execPath, [path.join(inject("programs"), "worker.mjs"), "prepare", task], {
        env: { DATABASE_URL: store.url, SLUICE_MESSAGE_FILE: messageFile },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let log = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (log += text));
      await once(child, "close");
      const { problem } = JSON.parse(await readFile(messageFile, "utf8")) as PrepareMessage;
      return { code: child.exitCode, problem, log };
    },
    async states({ dataset, window }) {
      const rows = await store.db.query<{ target: string; state: string }>(
        "select target, state || coalesce('(' || error || ')', '') as state from sluice.results where dataset = $1 and window_start = to_timestamp($2)",
        [dataset, window.start],
      );
      return Object.fromEntries(rows.map(({ target, state }) => [target, state]));
    },
    async close() {
      await store.close();
      await simulator.close();
      await folder.remove();
    },
  };
}
