import { askCanaries } from "../batch/canary-watch.ts";
import { canaryRepository, hostRepository } from "../batch/host-repository.ts";
import { SlotKeeper } from "../batch/slots.ts";
import { openTargetClient } from "../batch/target-client.ts";
import { listProblem } from "../decide/targets/list-check.ts";
import { tidyNames, type Names } from "../decide/targets/names.ts";
import { boundPattern, type BoundedPattern } from "../extract/bound.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { Selection, TargetSource } from "../model/resolved.ts";
import { settledOf } from "../model/states.ts";
import { isSelected, select, targetIds } from "../store/selection.ts";
import type { FrozenSweep } from "../store/sweeps.ts";
import { lastListed, planWindow, readPlan, tally } from "../store/windows.ts";
import type { PrepareDeps } from "./deps.ts";
import { sourceHash } from "./source-hash.ts";
import { readTargets, askList } from "./target-list.ts";

export interface Planned {
  readonly notes: readonly string[];
  /** The window is complete by a plan from the same source: nothing need be asked, not even the list. */
  readonly settledBefore: boolean;
}

/**
 * Makes the window's plan from the list of targets, and selects from it what this sweep asks. Once: a prepare that is run again finds it
 * selected. A rerun of some states or names, or of everything, goes by the plan that stands, if that came from the same source: it is
 * about what was planned then, and a list that has changed since would only change what the window is.
 * @throws SpecError for a list that is too short or shrunken, before anything is asked; SurroundingsError where it cannot be had or is empty
 */
export async function planTargets(sweep: FrozenSweep, asking: Asking, { db }: PrepareDeps): Promise<Planned> {
  const { spec, datasetId, window, identity } = sweep;
  const source = { sourceHash: sourceHash(spec.targets), atLeast: spec.done.atLeast };
  const selecting = { uid: identity.uid, datasetId, window, selection: spec.select };
  if (await isSelected(db, identity.uid)) return { notes: [], settledBefore: false };
  const plan = await readPlan(db, datasetId, window);
  const isOfSameSource = plan?.sourceHash === source.sourceHash;
  if (isOfSameSource && isRerun(spec.select)) {
    await db.transaction((tx) => select(tx, selecting));
    return { notes: [], settledBefore: false };
  }
  if (isOfSameSource && (await isSettled(sweep, db))) return { notes: [], settledBefore: true };

  const { names, notes } = await listTargets(sweep, asking);
  // A provider in maintenance lists nothing, and answers 200: it may list them again in a while.
  if (names.length === 0 && spec.targets.from.kind === "http") throw new SurroundingsError(EMPTY_LIST);
  const last = await lastListed(db, datasetId, window, source.sourceHash);
  const problem = listProblem(names.length, { atLeast: spec.targets.atLeast, maxShrink: spec.targets.maxShrink, last });
  if (problem !== null) throw new SpecError(problem);
  await db.transaction(async (tx) => {
    await planWindow(tx, datasetId, window, await targetIds(tx, names), source);
    await select(tx, selecting);
  });
  return { notes, settledBefore: false };
}

const EMPTY_LIST = "The list of targets is empty: the provider lists nothing just now, or the pattern does not match its list.";

function isRerun({ states, narrow }: Selection): boolean {
  return states !== "incomplete" || narrow !== undefined;
}

async function isSettled(sweep: FrozenSweep, db: PrepareDeps["db"]): Promise<boolean> {
  const totals = await tally(db, sweep.datasetId, sweep.window);
  return totals.targets > 0 && settledOf(totals) === totals.targets;
}

async function listTargets({ spec }: FrozenSweep, asking: Asking): Promise<Names> {
  const { from } = spec.targets;
  if (from.kind === "list") return tidyNames(from.list);
  return tidyNames(from.kind === "file" ? await readTargets(from) : await asking.list(from, boundPattern(from.pattern)));
}

/** What prepare asks of the host: the list, and the canaries that stand before a pass and before the verdict. Each request holds a slot. */
export interface Asking {
  list(source: Extract<TargetSource["from"], { kind: "http" }>, pattern: BoundedPattern): Promise<string[]>;
  /** `isLast`: the verdict follows. */
  askCanaries(isLast: boolean): Promise<void>;
  close(): Promise<void>;
}

const LIST_WORK_BYTES = 64 * 1024;

export function openAsking(sweep: FrozenSweep, around: PrepareDeps): Asking {
  const { db, clock, random, environment, processId } = around;
  const { spec, identity } = sweep;
  const ended = new AbortController();
  const linked = linkSignals(around.signal, ended.signal);
  const { signal } = linked;
  const keeper = new SlotKeeper(hostRepository(db, { process: processId, spec, uid: identity.uid, asked: () => [] }), clock);
  const targetClient = openTargetClient({ spec, keeper, clock, random, environment, onWire: () => undefined, onRequest: () => undefined });
  const [canary] = spec.canaries.targets;
  if (canary !== undefined) keeper.probeWith(() => targetClient.probe(canary, signal));
  // A database that is gone for good shows in whatever prepare does next; waiting for a slot must end then too.
  const renewing = keeper.run(signal).catch((error: unknown) => ended.abort(error));
  const withSlot = async <T>(work: () => Promise<T>): Promise<T> => {
    await keeper.acquire(signal);
    return work().finally(() => keeper.release());
  };
  return {
    list: (source, pattern) => askList(source, pattern, { client: targetClient.client, spec, clock, withSlot, work: Buffer.allocUnsafeSlow(LIST_WORK_BYTES), signal }),
    askCanaries: (isLast) => askCanaries(spec.canaries, canaryRepository(db, identity.uid), targetClient.askCanary, isLast, signal),
    close: async () => {
      ended.abort(new Error("prepare has asked all that it needs"));
      await renewing;
      await keeper.end();
      await targetClient.close();
      linked[Symbol.dispose]();
    },
  };
}
