import { ApiError, ApiUnreachable } from "./api-error.ts";

const MOST_TRIES = 5;
const FIRST_SECONDS = 0.2;
const LONGEST_SECONDS = 10;
const LONGEST_ASKED_SECONDS = 30;

/**
 * How long to wait before a request that failed is sent again; null where it is not.
 * 429 says that nothing was done, so a write may follow it; after everything else only what reads may be repeated.
 * @param tries how often it was sent; at least 1
 * @param random evenly from 0 to below 1: half of the wait is left to it, so that many clients do not come back at once
 */
export function secondsBeforeRetry(error: unknown, reads: boolean, tries: number, random: number): number | null {
  if (tries >= MOST_TRIES || !mayRepeat(error, reads)) return null;
  const asked = error instanceof ApiError ? Math.min(error.retryAfter ?? 0, LONGEST_ASKED_SECONDS) : 0;
  const own = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (tries - 1));
  return asked + own * (0.5 + random / 2);
}

function mayRepeat(error: unknown, reads: boolean): boolean {
  if (error instanceof ApiUnreachable) return reads;
  if (!(error instanceof ApiError)) return false;
  return error.status === 429 || (reads && error.status >= 500);
}
