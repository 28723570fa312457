import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { formatWindow, newestWindow } from "../decide/grid.ts";
import { canaryTargets } from "../decide/host/canary.ts";
import { MOST_CAUSES } from "../decide/sweep/causes.ts";
import { verdict } from "../decide/sweep/ending.ts";
import { fingerprintText } from "../decide/targets/fingerprint.ts";
import { pack, type PackedBatch } from "../decide/targets/pack.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { shortened, type PrepareMessage } from "../model/message.ts";
import { formatMoment } from "../model/moment.ts";
import { formatDuration, formatMemory } from "../model/quantity.ts";
import type { HostSpec, ResolvedSpec } from "../model/resolved.ts";
import type { PrepareTask } from "../model/tasks.ts";
import type { EpochSeconds } from "../model/window.ts";
import { markOutOfMemory, nextBatchNumber, readPass, writeBatches } from "../store/batches.ts";
import { largestTargets } from "../store/canaries.ts";
import { databaseSize } from "../store/database-size.ts";
import type { Database, Transaction } from "../store/database.ts";
import { findDataset, openDataset } from "../store/datasets.ts";
import { giveUp } from "../store/give-up.ts";
import { migrate } from "../store/migrate.ts";
import { ensurePartitions } from "../store/partitions.ts";
import { dropOld, heldRetention, heldText, shortenRetention } from "../store/retention.ts";
import { countSelected, remaining } from "../store/selection.ts";
import { changeHost, finishSweep, forgetSweep, freezeSweep, readSweep, type FrozenSweep } from "../store/sweeps.ts";
import { checkClock, CLOCK_TOLERANCE_SECONDS, serverTime } from "../store/server.ts";
import { tally } from "../store/windows.ts";
import type { PrepareDeps } from "./deps.ts";
import { openPrepareHost, type PrepareHost, planTargets, type Planned } from "./plan-targets.ts";

/**
 * Packs one pass of a sweep, or gives its verdict. The same program runs at every step. It is idempotent: for a pass and round that
 * Postgres already has, it repeats the answer.
 *
 * In words: migrate; freeze the spec; in the first pass write the plan and select from it; then pack what remains into batches. If
 * nothing remains, or the passes are used up, a last canary is asked before the verdict: if it is ill, targets that were empty since
 * the last good one are asked again while passes are left.
 */
export async function runPrepare(task: PrepareTask, deps: PrepareDeps): Promise<PrepareMessage> {
  const { db } = deps;
  const now = await checkClock(db, db.place, deps.clock);
  await migrate(db, deps.program);
  if (task.spec !== undefined) refuseFuture(task.spec, now);
  const sweep = await freeze(task, deps);
  const held = await followRetention(sweep, task, db, now);
  const message = await prepareSweep(sweep, task, deps);
  return held === null ? message : { ...message, retentionHeld: held };
}

/**
 * The driver chose the window by its own clock, on another machine perhaps. A window that is not over would look complete and be empty.
 * @throws SpecError if it has not settled by the clock of Postgres
 */
function refuseFuture({ window, grid }: ResolvedSpec, now: EpochSeconds): void {
  if (window.end <= newestWindow(grid, now + CLOCK_TOLERANCE_SECONDS).end) return;
  throw new SpecError(`The window ${formatWindow(window)} has not settled by the clock of the database, which says ${formatMoment(now)}: is the clock wrong that chose it?`);
}

/**
 * Shortens the dataset's retention to that of the sweep if that drops nothing, or if it is confirmed. Only in the first pass: a sweep that
 * takes days must not undo a longer retention that was set meanwhile. Returns why the retention is held, or null.
 */
async function followRetention({ datasetId, spec }: FrozenSweep, { place, confirmedRetentionSeconds }: PrepareTask, db: Database, now: EpochSeconds): Promise<string | null> {
  const held = await heldRetention(db, await findDataset(db, spec.dataset), spec.retentionSeconds, now);
  if (held !== null && confirmedRetentionSeconds !== spec.retentionSeconds) return `${heldText(held)}. They are kept until this is confirmed: \`sluice run --yes\`, or the annotation sluice.dev/confirm-retention: ${formatDuration(spec.retentionSeconds)}.`;
  if (place.pass === 1) await shortenRetention(db, datasetId, spec.retentionSeconds);
  return null;
}

async function prepareSweep(sweep: FrozenSweep, task: PrepareTask, deps: PrepareDeps): Promise<PrepareMessage> {
  const { db } = deps;
  await markOutOfMemory(db, sweep.identity.uid, task.place.outOfMemory);
  if (sweep.verdict !== null) return finished(sweep, task, deps, []);
  const packedBefore = await readPass(db, sweep.identity.uid, task.place.pass, task.place.round);
  if (packedBefore !== null) return packedMessage(sweep, task, deps, { ranges: packedBefore, notes: [] });

  await using host = openPrepareHost(sweep, deps);
  const planned: Planned = task.place.pass === 1 ? await plan(sweep, host, deps) : { notes: [], settledBefore: false };
  if (!planned.settledBefore) await ensurePartitions(db, sweep.datasetId, sweep.window);
  await dropOld(db, sweep.datasetId, await serverTime(db));
  if (planned.settledBefore) return await finished(sweep, task, deps, planned.notes);
  return (await packPass(sweep, task, host, deps, planned.notes)) ?? (await finished(sweep, task, deps, planned.notes));
}

/** The frozen spec wins over a later task, since its CronSweep may have been edited in between. */
async function freeze({ identity, spec }: PrepareTask, { db }: PrepareDeps): Promise<FrozenSweep> {
  const before = await readSweep(db, identity.uid);
  if (before !== null) return spec === undefined ? before : withLimits(before, spec.host, db);
  if (spec === undefined) throw new SurroundingsError(`The database has no sweep ${identity.namespace}/${identity.name}, although an earlier prepare stored it. Is DATABASE_URL right, or was the database restored from an older backup?`);
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

/** The limits of the host are the exception: they may change while a sweep runs. */
async function withLimits(before: FrozenSweep, wanted: HostSpec, db: PrepareDeps["db"]): Promise<FrozenSweep> {
  const host = { ...wanted, name: before.spec.host.name };
  if (isDeepStrictEqual(host, before.spec.host)) return before;
  await changeHost(db, before.identity.uid, host);
  return { ...before, spec: { ...before.spec, host } };
}

async function plan(sweep: FrozenSweep, host: PrepareHost, deps: PrepareDeps): Promise<Planned> {
  try {
    return await planTargets(sweep, host, deps);
  } catch (error) {
    if (error instanceof SpecError) await forgetSweep(deps.db, sweep.identity.uid);
    throw error;
  }
}

/** Null if this sweep has nothing left to ask. */
async function packPass(sweep: FrozenSweep, task: PrepareTask, host: PrepareHost, deps: PrepareDeps, notes: readonly string[]): Promise<PrepareMessage | null> {
  const { uid } = sweep.identity;
  const { pass, round } = task.place;
  const isOver = pass > sweep.spec.done.passes;
  const isLast = isOver || (await remaining(deps.db, uid)).length === 0;
  // Before the first request of this sweep there are no empty answers that a canary could put in doubt.
  if (!isLast || pass > 1) await host.askCanaries(isLast);
  const ranges = await deps.db.transaction(async (tx) => {
    const batches = await packRemaining(sweep, task, deps, tx);
    return isOver ? [] : writeBatches(tx, uid, pass, round, batches);
  });
  return ranges.length === 0 ? null : packedMessage(sweep, task, deps, { ranges, notes });
}

/** The batches of what remains. A target that ran out of memory alone, with batch.memoryMax, is recorded as failed(memory). */
async function packRemaining({ identity, spec }: FrozenSweep, { place }: PrepareTask, { clock }: PrepareDeps, tx: Transaction): Promise<readonly PackedBatch[]> {
  const left = await remaining(tx, identity.uid);
  const { batches, exhausted } = pack({ remaining: left, outOfMemory: place.outOfMemory, spec: spec.batch, firstNumber: await nextBatchNumber(tx, identity.uid) });
  const batchOf = new Map(left.map(({ targetId, lastBatch }) => [targetId, lastBatch?.number ?? 0]));
  const detail = `out of memory, or without a sign of life, alone in a batch with ${formatMemory(spec.batch.memoryMaxBytes)}`;
  await giveUp(tx, identity.uid, exhausted.map((targetId) => ({ targetId, batch: batchOf.get(targetId)! })), new Date(clock.now()), detail);
  return batches;
}

async function packedMessage(
  sweep: FrozenSweep,
  { place }: PrepareTask,
  deps: PrepareDeps,
  packed: Pick<PrepareMessage, "ranges" | "notes">,
): Promise<PrepareMessage> {
  const totals = await tally(deps.db, sweep.datasetId, sweep.window);
  const { selected, causes = [] } = await counted(sweep, deps);
  // What is about to be asked needs no other reason for having no result.
  const known = causes.filter(({ code }) => code !== "missing");
  return { program: "prepare", pass: place.pass, round: place.round, totals, ...(selected === undefined ? {} : { selected }), causes: known, ...(await sized(sweep, deps)), ...packed };
}

/** In bytes of JSON: five causes must fit into the 4 KiB of a message beside the rest. */
const LONGEST = { example: 130, detail: 200 };

async function counted({ identity }: FrozenSweep, { db }: PrepareDeps): Promise<Pick<PrepareMessage, "selected" | "causes">> {
  const found = await countSelected(db, identity.uid, MOST_CAUSES);
  if (found === null) return {};
  const causes = found.causes.map((cause) => ({ ...cause, example: shortened(cause.example, LONGEST.example), detail: shortened(cause.detail, LONGEST.detail) }));
  return { selected: found.selected, causes };
}

async function sized({ datasetId }: FrozenSweep, { db }: PrepareDeps): Promise<Pick<PrepareMessage, "database">> {
  const database = await databaseSize(db, datasetId, await serverTime(db));
  return database === null ? {} : { database };
}

async function finished(sweep: FrozenSweep, { place }: PrepareTask, deps: PrepareDeps, notes: readonly string[]): Promise<PrepareMessage> {
  const { db } = deps;
  const { done } = sweep.spec;
  const end = await db.transaction((tx) => finishSweep(tx, sweep.identity.uid, (totals) => verdict(totals, done.atLeast)));
  return {
    program: "prepare",
    pass: place.pass,
    round: place.round,
    ranges: [],
    totals: end.totals,
    verdict: end.verdict,
    ...(await counted(sweep, deps)),
    ...(await sized(sweep, deps)),
    notes,
  };
}
