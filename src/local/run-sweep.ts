import { retriedNow } from "../decide/sweep/ending.ts";
import { firstStatus } from "../decide/sweep/flow.ts";
import type { Clock } from "../model/clock.ts";
import type { ObjectEvent } from "../model/event.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { isFinished, type SweepIdentity, type SweepStatus } from "../model/sweep.ts";
import type { Database } from "../store/database.ts";
import { releaseDriver, saveStatus, type DrivenSweep, type Driver } from "../store/driven-sweeps.ts";
import { abandonSweep, readSweep } from "../store/sweeps.ts";
import { keepDriving, takeToDrive } from "./driver-lease.ts";
import { Patience } from "./patience.ts";
import type { Programs } from "./programs.ts";
import { SweepDriver } from "./sweep-driver.ts";

interface SweepRun {
  readonly db: Database;
  readonly identity: SweepIdentity;
  readonly spec: ResolvedSpec;
  readonly driver: Driver;
  readonly openPrograms: (identity: SweepIdentity) => Promise<Programs>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (event: ObjectEvent) => void;
  /** Called once the driver exists, so that its progress can be shown. */
  readonly watch: (driver: SweepDriver, identity: SweepIdentity) => void;
}

/**
 * Sweeps one window on this machine. An unfinished sweep of the window is continued if its frozen spec is the same;
 * otherwise it is abandoned and a new one starts.
 */
export async function runSweep(run: SweepRun): Promise<{ readonly status: SweepStatus | null; readonly logFile: string }> {
  const { db, clock, driver } = run;
  const sweep = await takeSame(run);
  const programs = await run.openPrograms(sweep.identity);
  let version = sweep.version;
  const ended = new AbortController();
  using linked = linkSignals(run.signal, ended.signal);
  const { signal } = linked;
  const patience = new Patience(run.spec.host.name, sweep.status, clock);
  const sweepDriver = new SweepDriver({
    flow: { pods: run.spec.batch.pods, passes: run.spec.done.passes, suspended: false },
    status: retriedNow(sweep.status, Math.floor(clock.now() / 1000)),
    save: async (status) => {
      version = await saveStatus(db, sweep.identity.uid, driver.token, version, status);
    },
    start: (launch) => programs.start(launch),
    report: run.report,
    clock,
    signal,
    giveUp: (status, running) => patience.isOver(status, running),
  });
  const driving = keepDriving(db, sweep.identity.uid, driver.token, clock, signal);
  driving.catch((error: unknown) => ended.abort(error));
  run.watch(sweepDriver, sweep.identity);
  try {
    const status = await sweepDriver.run();
    ended.abort(new Error("the sweep has finished"));
    await driving;
    return { status, logFile: programs.logFile };
  } finally {
    ended.abort(new Error("the sweep has finished"));
    await releaseDriver(db, sweep.identity.uid, driver.token, sweepDriver.status !== null && isFinished(sweepDriver.status.phase)).catch(() => undefined);
    await programs.close();
  }
}

/** The window's unfinished sweep if its frozen spec is the wanted one, else a new sweep. */
async function takeSame(run: SweepRun): Promise<DrivenSweep> {
  const { db, identity, spec, driver, clock } = run;
  const wanted = { identity, dataset: spec.dataset, windowStart: spec.window.start, status: firstStatus(Math.floor(clock.now() / 1000)) };
  const sweep = await takeToDrive(db, wanted, driver);
  const frozen = await readSweep(db, sweep.identity.uid);
  if (sweep.identity.uid === identity.uid || (frozen !== null && asksTheSame(frozen.spec, spec))) return sweep;
  if (frozen !== null) await abandonSweep(db, sweep.identity.uid);
  await releaseDriver(db, sweep.identity.uid, driver.token, true);
  return takeToDrive(db, wanted, driver);
}

/** Canaries do not count: prepare chose them when it froze the spec. */
function asksTheSame(frozen: ResolvedSpec, spec: ResolvedSpec): boolean {
  return canonical({ ...frozen, canaries: null }) === canonical({ ...spec, canaries: null });
}

/** Sorts the keys: Postgres stores those of a jsonb object in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  );
}
