import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { isoOf } from "../model/moment.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Transaction } from "./database.ts";

type On = Pick<Transaction, "query">;

/** How far a machine's clock may be from that of Postgres. */
export const CLOCK_TOLERANCE_SECONDS = 300;

/** The time of Postgres: the one clock by which data is dropped. */
export async function serverTime(on: On): Promise<EpochSeconds> {
  const [row] = await on.query<{ now: number }>("select floor(extract(epoch from clock_timestamp()))::bigint as now");
  return row!.now;
}

/**
 * Returns the time of Postgres. The own clock decides which window is the newest, so a wrong one would ask for a future that is empty, or
 * leave out what is due.
 * @throws SurroundingsError if the own clock differs by more than minutes
 */
export async function checkClock(on: On, place: string, clock: Pick<Clock, "now">): Promise<EpochSeconds> {
  const before = clock.now() / 1000;
  const theirs = await serverTime(on);
  // A slow answer is no wrong clock: the time of Postgres lies between the two readings.
  const after = clock.now() / 1000;
  if (theirs >= before - CLOCK_TOLERANCE_SECONDS && theirs <= after + CLOCK_TOLERANCE_SECONDS) return theirs;
  throw new SurroundingsError(
    `The clock of this machine says ${isoOf(Math.floor(after))}, that of the database at ${place} says ${isoOf(theirs)}: they may differ by ${CLOCK_TOLERANCE_SECONDS / 60} minutes at most. Set the clock that is wrong.`,
  );
}

/** In any other encoding, the first name or type with a letter that it lacks would end a sweep in the middle. @throws SurroundingsError */
export async function checkEncoding(on: On, place: string): Promise<void> {
  const [row] = await on.query<{ encoding: string }>("select current_setting('server_encoding') as encoding");
  const { encoding } = row!;
  if (encoding === "UTF8") return;
  throw new SurroundingsError(`The database at ${place} must be UTF8, and is ${encoding}: create another with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`);
}
