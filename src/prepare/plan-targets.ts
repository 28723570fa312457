import { askCanaries } from "../batch/canary-watch.ts";
import { HostPatience } from "../batch/host-patience.ts";
import { canaryRepository, hostRepository } from "../batch/host-repository.ts";
import { SlotKeeper } from "../batch/slots.ts";
import { openTargetClient } from "../batch/target-client.ts";
import { checkPaths } from "../decide/targets/names.ts";
import { listProblem } from "../decide/targets/list-check.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { Selection } from "../model/resolved.ts";
import { settledOf } from "../model/states.ts";
import { isSelected, select, targetIds } from "../store/selection.ts";
import type { FrozenSweep } from "../store/sweeps.ts";
import { lastListed, planWindow, readPlan, tally } from "../store/windows.ts";
import type { PrepareDeps } from "./deps.ts";
import { sourceHash } from "./source-hash.ts";
import { fetchList, originOf, readTargets, type HttpSource } from "./target-list.ts";

export interface Planned {
  readonly notes: readonly string[];
  /** A plan from the same source exists and is complete, so nothing is asked, not even the list. */
  readonly settledBefore: boolean;
}

/**
 * Writes the window's plan from the list of targets, and selects from it what this sweep asks. Happens once: a prepare that runs
 * again finds the selection. A rerun of some states or names, or of everything, uses the existing plan if that came from the same
 * source: a list that has changed since would change what the window consists of.
 *
 * @throws SpecError if the list is too short or shrank too much, before any target is asked; SurroundingsError if it is empty or cannot be read
 */
export async function planTargets(sweep: FrozenSweep, host: PrepareHost, { db }: PrepareDeps): Promise<Planned> {
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

  const { names, notes } = await readTargets(spec.targets, (from) => host.fetchList(from));
  checkPaths(names, spec.request.url, originOf(spec.targets));
  // During maintenance a provider answers 200 with an empty list, so this is worth another try later.
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

const EMPTY_LIST = "The list of targets is empty: the provider lists none at the moment, or the pattern does not match its list.";

function isRerun({ states, narrow }: Selection): boolean {
  return states !== "incomplete" || narrow !== undefined;
}

async function isSettled(sweep: FrozenSweep, db: PrepareDeps["db"]): Promise<boolean> {
  const totals = await tally(db, sweep.datasetId, sweep.window);
  return totals.targets > 0 && settledOf(totals) === totals.targets;
}

/** What prepare requests from the host: the list, and the canaries before a pass and before the verdict. Each request holds a slot. */
export interface PrepareHost extends AsyncDisposable {
  fetchList(source: HttpSource): Promise<string[]>;
  /** @param isLast the verdict follows */
  askCanaries(isLast: boolean): Promise<void>;
}

const CHECK_EVERY_SECONDS = 1;

/** Until `signal` is aborted. @throws SurroundingsError for a host that may not be asked for long */
async function keepPatience(keeper: SlotKeeper, { clock, patience: limits }: PrepareDeps, signal: AbortSignal): Promise<void> {
  const patience = new HostPatience(clock, limits);
  while (!signal.aborted) {
    patience.check(keeper.wait);
    await clock.sleep(CHECK_EVERY_SECONDS * 1000, signal);
  }
}

export function openPrepareHost(sweep: FrozenSweep, deps: PrepareDeps): PrepareHost {
  const { db, clock, random, environment, processId } = deps;
  const { spec, identity } = sweep;
  const done = new AbortController();
  const linked = linkSignals(deps.signal, done.signal);
  const { signal } = linked;
  const keeper = new SlotKeeper(hostRepository(db, { process: processId, spec, uid: identity.uid, asked: () => [] }), clock);
  const targetClient = openTargetClient({ spec, keeper, clock, random, environment, onWire: () => undefined, onRequest: () => undefined });
  const [canary] = spec.canaries.targets;
  if (canary !== undefined) keeper.probeWith(() => targetClient.probe(canary, signal));
  // If the database stays away, prepare's next query says so; until then this ends any wait for a slot.
  const renewing = Promise.all([keeper.run(signal), keepPatience(keeper, deps, signal)]).catch((error: unknown) => done.abort(error));
  const withSlot = async <T>(work: () => Promise<T>): Promise<T> => {
    await keeper.acquire(signal);
    return work().finally(() => keeper.release());
  };
  return {
    fetchList: (source) => fetchList(source, { client: targetClient.client, spec, clock, withSlot, signal }),
    askCanaries: (isLast) => askCanaries(spec.canaries, canaryRepository(db, identity.uid), targetClient.askCanary, isLast, signal),
    [Symbol.asyncDispose]: async () => {
      done.abort(new Error("prepare needs no more requests"));
      await renewing;
      await keeper.close();
      await targetClient[Symbol.asyncDispose]();
      linked[Symbol.dispose]();
    },
  };
}
