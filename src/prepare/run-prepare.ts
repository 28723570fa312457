import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { LONGEST_NAME, MOST_FAILING } from "../batch/account.ts";
import { canaryTargets } from "../decide/host/canary.ts";
import { verdict } from "../decide/sweep/ending.ts";
import { fingerprintText } from "../decide/targets/fingerprint.ts";
import { pack, type PackedBatch } from "../decide/targets/pack.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { shortened, type PrepareMessage } from "../model/message.ts";
import { formatMemory } from "../model/quantity.ts";
import type { HostSpec } from "../model/resolved.ts";
import type { PrepareTask } from "../model/tasks.ts";
import { markOutOfMemory, nextBatchNumber, readPass, writeBatches } from "../store/batches.ts";
import { largestTargets } from "../store/canaries.ts";
import { databaseSize } from "../store/database-size.ts";
import type { Transaction } from "../store/database.ts";
import { openDataset } from "../store/datasets.ts";
import { giveUp } from "../store/give-up.ts";
import { migrate } from "../store/migrate.ts";
import { ensurePartitions } from "../store/partitions.ts";
import { dropOld } from "../store/retention.ts";
import { failingOf, remaining } from "../store/selection.ts";
import { changeHost, finishSweep, forgetSweep, freezeSweep, readSweep, type FrozenSweep } from "../store/sweeps.ts";
import { tally } from "../store/windows.ts";
import type { PrepareDeps } from "./deps.ts";
import { openAsking, type Asking, planTargets, type Planned } from "./plan-targets.ts";

/**
 * Packs one pass of a sweep, or gives its verdict. The same program at every step, and idempotent: what stands in
 * Postgres for this pass and round is said again.
 *
 * In words: migrate; freeze the spec; at the first pass make the plan and select from it; then what remains is packed
 * into batches. Where nothing remains, or the passes are used up, a last canary stands before the verdict: if it is ill,
 * what was empty since the last good one is asked again while there are passes.
 */
export async function runPrepare(task: PrepareTask, around: PrepareDeps): Promise<PrepareMessage> {
  const { db } = around;
  await migrate(db, around.program);
  const sweep = await freeze(task, around);
  await markOutOfMemory(db, sweep.identity.uid, task.place.outOfMemory);
  if (sweep.verdict !== null) return finished(sweep, task, around, []);
  const packedBefore = await readPass(db, sweep.identity.uid, task.place.pass, task.place.round);
  if (packedBefore !== null) return told(sweep, task, around, { ranges: packedBefore, notes: [] });

  const asking = openAsking(sweep, around);
  try {
    const planned: Planned = task.place.pass === 1 ? await plan(sweep, asking, around) : { notes: [], settledBefore: false };
    if (planned.settledBefore) return await finished(sweep, task, around, planned.notes);
    await ensurePartitions(db, sweep.datasetId, sweep.window);
    await dropOld(db, sweep.datasetId, Math.floor(around.clock.now() / 1000));
    return (await packPass(sweep, task, asking, around, planned.notes)) ?? (await finished(sweep, task, around, planned.notes));
  } finally {
    await asking.close();
  }
}

/** What was frozen stands, whatever a later task says: the CronSweep that it was made from may have been edited since. */
async function freeze({ identity, spec }: PrepareTask, { db }: PrepareDeps): Promise<FrozenSweep> {
  const before = await readSweep(db, identity.uid);
  if (before !== null) return spec === undefined ? before : withLimits(before, spec.host, db);
  if (spec === undefined) throw new SurroundingsError(`The database does not know the sweep ${identity.namespace}/${identity.name}, which was frozen in it: is it the right one, and was it restored from an older backup?`);
  const text = fingerprintText(spec);
  return db.transaction(async (tx) => {
    const datasetId = await openDataset(tx, {
      name: spec.dataset,
      everySeconds: spec.grid.everySeconds,
      fingerprint: createHash("sha256").update(text).digest("hex"),
      fingerprintText: text,
      retentionSeconds: spec.retentionSeconds,
    });
    const largest = spec.canaries.targets.length > 0 ? [] : await largestTargets(tx, datasetId, 3);
    const canaries = { ...spec.canaries, targets: canaryTargets(spec.canaries, largest) };
    return freezeSweep(tx, identity, datasetId, { ...spec, canaries });
  });
}

/** But for how much of the host is used: that may be changed while a sweep runs. */
async function withLimits(before: FrozenSweep, asked: HostSpec, db: PrepareDeps["db"]): Promise<FrozenSweep> {
  const host = { ...asked, name: before.spec.host.name };
  if (isDeepStrictEqual(host, before.spec.host)) return before;
  await changeHost(db, before.identity.uid, host);
  return { ...before, spec: { ...before.spec, host } };
}

async function plan(sweep: FrozenSweep, asking: Asking, around: PrepareDeps): Promise<Planned> {
  try {
    return await planTargets(sweep, asking, around);
  } catch (error) {
    if (error instanceof SpecError) await forgetSweep(around.db, sweep.identity.uid);
    throw error;
  }
}

/** Null where nothing is left to be asked in this sweep. */
async function packPass(sweep: FrozenSweep, task: PrepareTask, asking: Asking, around: PrepareDeps, notes: readonly string[]): Promise<PrepareMessage | null> {
  const { uid } = sweep.identity;
  const { pass, round } = task.place;
  const isOver = pass > sweep.spec.done.passes;
  const isLast = isOver || (await remaining(around.db, uid)).length === 0;
  // Where this sweep has asked nothing, there is nothing that a canary could bring into doubt.
  if (!isLast || pass > 1) await asking.askCanaries(isLast);
  const ranges = await around.db.transaction(async (tx) => {
    const batches = await packRemaining(sweep, task, around, tx);
    return isOver ? [] : writeBatches(tx, uid, pass, round, batches);
  });
  return ranges.length === 0 ? null : told(sweep, task, around, { ranges, notes });
}

/** The batches of what remains. Whoever ran out of memory alone, and with the most there is, is written down as that. */
async function packRemaining({ identity, spec }: FrozenSweep, { place }: PrepareTask, { clock }: PrepareDeps, tx: Transaction): Promise<readonly PackedBatch[]> {
  const left = await remaining(tx, identity.uid);
  const { batches, exhausted } = pack({ remaining: left, outOfMemory: place.outOfMemory, spec: spec.batch, firstNumber: await nextBatchNumber(tx, identity.uid) });
  const batchOf = new Map(left.map(({ targetId, lastBatch }) => [targetId, lastBatch?.number ?? 0]));
  const detail = `out of memory alone in a batch with ${formatMemory(spec.batch.memoryMaxBytes)}`;
  await giveUp(tx, identity.uid, exhausted.map((targetId) => ({ targetId, batch: batchOf.get(targetId)! })), new Date(clock.now()), detail);
  return batches;
}

async function told(
  sweep: FrozenSweep,
  { place }: PrepareTask,
  around: PrepareDeps,
  said: Pick<PrepareMessage, "ranges" | "notes">,
): Promise<PrepareMessage> {
  const totals = await tally(around.db, sweep.datasetId, sweep.window);
  return { program: "prepare", pass: place.pass, round: place.round, totals, ...(await sized(sweep, around)), ...said };
}

async function sized({ datasetId }: FrozenSweep, { db, clock }: PrepareDeps): Promise<Pick<PrepareMessage, "database">> {
  const database = await databaseSize(db, datasetId, Math.floor(clock.now() / 1000));
  return database === null ? {} : { database };
}

async function finished(sweep: FrozenSweep, { place }: PrepareTask, around: PrepareDeps, notes: readonly string[]): Promise<PrepareMessage> {
  const { db } = around;
  const { done } = sweep.spec;
  const end = await db.transaction((tx) => finishSweep(tx, sweep.identity.uid, (totals) => verdict(totals, done.atLeast)));
  const failing = await failingOf(db, sweep.datasetId, sweep.window, MOST_FAILING);
  return {
    program: "prepare",
    pass: place.pass,
    round: place.round,
    ranges: [],
    totals: end.totals,
    verdict: end.verdict,
    failing: failing.map(({ target, code }) => ({ target: shortened(target, LONGEST_NAME), code })),
    ...(await sized(sweep, around)),
    notes,
  };
}
