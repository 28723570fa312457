import type { Clock } from "../model/clock.ts";
import { SpecError } from "../model/errors.ts";
import type { Database } from "../store/database.ts";
import { renewDriver, takeSweep, type DrivenSweep, type Driver } from "../store/driven-sweeps.ts";
import { startOf } from "./proc.ts";

const LEASE_SECONDS = 15;
const RENEW_EVERY_SECONDS = 4;

/** Identifies this process, so that another one on the same machine can tell whether it is still alive. */
export function thisDriver(token: string, host: string, pid: number): Driver {
  return { token, host, pid, pidStarted: startOf(pid) ?? "" };
}

/**
 * Takes the sweep of a window to drive it. The lease of a driver that died on this machine does not count; one on another
 * machine must expire first. @throws SpecError if another driver is at work
 */
export async function takeToDrive(db: Database, wanted: Omit<DrivenSweep, "version">, me: Driver): Promise<DrivenSweep> {
  let taking = await takeSweep(db, wanted, me, LEASE_SECONDS);
  if (!taking.taken && isDead(taking.by, me)) taking = await takeSweep(db, wanted, me, LEASE_SECONDS, taking.by.token);
  if (taking.taken) return taking.sweep;
  const { by } = taking;
  const where = by.host === me.host ? `process ${by.pid} on this machine` : `process ${by.pid} on ${by.host}`;
  throw new SpecError(`This window of ${wanted.dataset} is already being swept by ${where}; if that process has died, its lease ends within ${LEASE_SECONDS} s.`);
}

/** Renews the driver's lease until `signal` is aborted. @throws FencedError if another driver took over */
export async function keepDriving(db: Database, uid: string, token: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await renewDriver(db, uid, token, LEASE_SECONDS);
    await clock.sleep(RENEW_EVERY_SECONDS * 1000, signal);
  }
}

function isDead(by: Driver, me: Driver): boolean {
  return by.host === me.host && startOf(by.pid) !== by.pidStarted;
}
