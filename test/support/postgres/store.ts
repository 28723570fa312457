import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../../../src/model/clock.ts";
import type { ResolvedSpec, Selection } from "../../../src/model/resolved.ts";
import type { Observation, TargetResult } from "../../../src/model/result.ts";
import type { Window } from "../../../src/model/window.ts";
import { type Fence, claimBatch, nextBatchNumber, writeBatches } from "../../../src/store/batches.ts";
import type { ResultToCommit } from "../../../src/store/commit.ts";
import { type Database, type DatabaseSettings, openDatabase } from "../../../src/store/database.ts";
import { openDataset } from "../../../src/store/datasets.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { ensurePartitions } from "../../../src/store/partitions.ts";
import type { Sample } from "../../../src/store/samples.ts";
import { select, targetIds } from "../../../src/store/selection.ts";
import { freezeSweep } from "../../../src/store/sweeps.ts";
import { planWindow } from "../../../src/store/windows.ts";
import { pgbouncerIsHere, startPgbouncer } from "./pgbouncer.ts";
import { createDatabase } from "./test-database.ts";

export const REAL_CLOCK: Pick<Clock, "monotonic" | "sleep"> = {
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, true, { signal }).catch(() => false),
};

export const DAY: Window = { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 };

export interface TestStore {
  readonly db: Database;
  readonly url: string;
  /** Straight to the server, where `url` goes through a pooler. */
  readonly serverUrl: string;
  /** One more, closed with the store. */
  connect(settings?: Partial<DatabaseSettings>): Database;
  close(): Promise<void>;
}

/** The ways to the server that the important tests go through both. */
export const WAYS: readonly { readonly way: string; readonly pooled: boolean }[] = [
  { way: "directly", pooled: false },
  ...(pgbouncerIsHere() ? [{ way: "through pgbouncer in transaction pooling", pooled: true }] : []),
];

/** A migrated database of the test's own. */
export async function aStore({ pooled = false, migrated = true } = {}): Promise<TestStore> {
  const database = await createDatabase();
  const bouncer = pooled ? await startPgbouncer(database.url) : null;
  const url = bouncer?.url ?? database.url;
  const opened: Database[] = [];
  const connect = (settings: Partial<DatabaseSettings> = {}): Database => {
    const db = openDatabase({ url, name: "test", clock: REAL_CLOCK, max: 4, ...settings });
    opened.push(db);
    return db;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((each) => each.close()));
    await bouncer?.stop();
    await database.drop();
  };
  const db = connect();
  try {
    if (migrated) await migrate(db, { version: "0.1.0" });
  } catch (error) {
    // Nobody else can: the store never came to be.
    await close();
    throw error;
  }
  return { db, url, serverUrl: database.url, connect, close };
}

export interface TestSweep {
  readonly uid: string;
  readonly datasetId: number;
  readonly window: Window;
  readonly ids: readonly number[];
  /** The last batch, claimed. */
  readonly fence: Fence;
}

export interface SweepWishes {
  readonly dataset?: string;
  readonly window?: Window;
  readonly everySeconds?: number;
  readonly targets?: readonly string[];
  readonly selection?: Selection;
  readonly replace?: boolean;
  readonly atLeast?: number;
}

/** A sweep of a window of a dataset, prepared, with all that it selects in one batch that is claimed. */
export async function aSweep(db: Database, wishes: SweepWishes = {}): Promise<TestSweep> {
  const uid = randomUUID();
  const spec = aResolvedSpec(wishes);
  const { datasetId, ids } = await db.transaction(async (tx) => ({
    datasetId: await openDataset(tx, {
      name: spec.dataset,
      everySeconds: spec.grid.everySeconds,
      fingerprint: "f",
      fingerprintText: "url: u",
      retentionSeconds: spec.retentionSeconds,
    }),
    ids: await targetIds(tx, wishes.targets ?? ["AS1", "AS2", "AS3"]),
  }));
  await ensurePartitions(db, datasetId, spec.window);
  await db.transaction(async (tx) => {
    await planWindow(tx, datasetId, spec.window, ids, { sourceHash: "h", atLeast: spec.done.atLeast });
    await freezeSweep(tx, { uid, namespace: "bgp", name: `sweep-${uid.slice(0, 8)}` }, datasetId, spec);
    const selected = await select(tx, { uid, datasetId, window: spec.window, selection: spec.select });
    await writeBatches(tx, uid, 1, 0, [{ number: await nextBatchNumber(tx, uid), memoryBytes: 128 << 20, targets: selected }]);
  });
  const { fence } = await claimBatch(db, uid, 0);
  return { uid, datasetId, window: spec.window, ids, fence };
}

export function aResolvedSpec(wishes: SweepWishes = {}): ResolvedSpec {
  const window = wishes.window ?? DAY;
  return {
    dataset: wishes.dataset ?? "bgp/ripestat-daily",
    grid: { everySeconds: wishes.everySeconds ?? window.end - window.start, settleSeconds: 0 },
    window,
    targets: { from: { kind: "list", list: ["AS1"] }, atLeast: 1, maxShrink: 0.05 },
    request: {
      url: "http://127.0.0.1/{target}",
      timeFormat: "unix",
      headers: {},
      timeouts: { connectSeconds: 1, headersSeconds: 1, idleSeconds: 1, targetSeconds: 1 },
      compression: ["gzip"],
      attempts: 2,
      statuses: { empty: [], rejected: [400] },
    },
    extract: { pattern: '"t":([0-9]+)', time: "unix", maxParts: 1 },
    host: { name: "127.0.0.1:80", inFlight: 8, probeSeconds: 60, maxPauseSeconds: 60 },
    canaries: { targets: [], everySeconds: 60 },
    batch: { targets: 128, concurrency: 16, pods: 4, memoryBytes: 128 << 20, memoryMaxBytes: 1 << 30 },
    done: { atLeast: wishes.atLeast ?? 0.999, passes: 5 },
    retentionSeconds: 730 * 86_400,
    select: wishes.selection ?? { states: "incomplete" },
    replace: wishes.replace ?? false,
  };
}

const SENT = new Date("2026-11-21T05:00:00Z");

export function aResult(wishes: Partial<TargetResult> = {}): TargetResult {
  return {
    target: "",
    state: "empty",
    updates: 0,
    outside: 0,
    declared: 0,
    bytes: 100,
    wireBytes: 50,
    attempts: 1,
    error: null,
    detail: null,
    httpStatus: 200,
    queryId: "q",
    startedAt: SENT,
    finishedAt: new Date(SENT.getTime() + 4000),
    ...wishes,
  };
}

/** An `ok` outcome with these rows. */
export function anOk(targetId: number, rows: readonly Observation[]): ResultToCommit {
  const updates = rows.reduce((sum, row) => sum + row.updates, 0);
  return { targetId, result: aResult({ state: "ok", updates, declared: updates }), rows };
}

/** Any other outcome. */
export function aNo(targetId: number, wishes: Partial<TargetResult> = {}): ResultToCommit {
  return { targetId, result: aResult(wishes), rows: [] };
}

/** `count` seconds from the window's start, alternately A and W, two updates each. */
export function someRows(window: Window, count: number, from = 0): Observation[] {
  return Array.from({ length: count }, (_, index) => ({ at: window.start + from + index, type: index % 2 === 0 ? "A" : "W", updates: 2 }));
}

export function aSample(wishes: Partial<Sample> = {}): Sample {
  const began = SENT.getTime() / 1000;
  return {
    began,
    ended: began + 5,
    inFlight: 7.5,
    slotsLimit: 8,
    requests: 12,
    retries: 1,
    targets: 10,
    settled: 9,
    rows: 1000,
    wireBytes: 50_000,
    textBytes: 500_000,
    anonPeak: 60 << 20,
    ...wishes,
  };
}
