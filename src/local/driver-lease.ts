import { readFileSync } from "node:fs";
import type { Clock } from "../model/clock.ts";
import { SpecError } from "../model/errors.ts";
import type { Database } from "../store/database.ts";
import { renewDriver, takeSweep, type DrivenSweep, type Driver } from "../store/driven-sweeps.ts";

const LEASE_SECONDS = 15;
const RENEW_EVERY_SECONDS = 4;

/** Who this process is, so that another on the same machine can tell whether it still lives. */
export function thisDriver(token: string, host: string, pid: number): Driver {
  return { token, host, pid, pidStarted: startOf(pid) ?? "" };
}

/**
 * Takes the sweep of a window to drive it. A driver on this machine that has died is followed at once; one elsewhere when
 * its lease has ended. @throws SpecError where somebody drives it
 */
export async function takeToDrive(db: Database, wanted: Omit<DrivenSweep, "version">, me: Driver): Promise<DrivenSweep> {
  let taking = await takeSweep(db, wanted, me, LEASE_SECONDS);
  if (!taking.taken && isDead(taking.by, me)) taking = await takeSweep(db, wanted, me, LEASE_SECONDS, taking.by.token);
  if (taking.taken) return taking.sweep;
  const { by } = taking;
  const where = by.host === me.host ? `process ${by.pid} on this machine` : `process ${by.pid} on ${by.host}`;
  throw new SpecError(`${wanted.dataset} is being swept for this window already, by ${where}; if that one died, its lease ends within ${LEASE_SECONDS} s.`);
}

/** Until `signal` is aborted. @throws FencedError where another driver took over */
export async function keepDriving(db: Database, uid: string, token: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await renewDriver(db, uid, token, LEASE_SECONDS);
    await clock.sleep(RENEW_EVERY_SECONDS * 1000, signal);
  }
}

function isDead(by: Driver, me: Driver): boolean {
  return by.host === me.host && startOf(by.pid) !== by.pidStarted;
}

/** When the kernel says that a process began (its clock ticks since boot), or null where there is none: numbers come again. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the name in brackets, which may hold blanks.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
