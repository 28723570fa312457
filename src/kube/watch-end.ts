import { ApiError, isExpired } from "./api-error.ts";

/** How a watch, or the LIST before it, came to its end. */
export interface WatchEnd {
  /** null where the server closed it in good order. */
  readonly error: unknown;
  /** Since the server took it; 0 where it did not. */
  readonly seconds: number;
  /** Events and bookmarks that it brought. */
  readonly events: number;
}

export interface NextWatch {
  /** What was seen is of no use: everything is read anew. */
  readonly listAgain: boolean;
  /** It worked for a while: the next pause is a short one. */
  readonly worked: boolean;
  readonly pause: boolean;
}

const SHORT_SECONDS = 1;
const LONG_SECONDS = 30;

/**
 * What comes after it. There is a pause after everything but a watch that went on for long, so that no server,
 * whatever it does, is asked in a tight loop.
 */
export function afterWatch({ error, seconds, events }: WatchEnd): NextWatch {
  const worked = events > 0 || seconds >= SHORT_SECONDS;
  return { listAgain: mustListAgain(error), worked: worked && !isExpired(error), pause: error !== null || seconds < LONG_SECONDS };
}

/** A connection that broke says nothing against the place in history that was reached; a refusal may (a server restored from a backup gives many). */
function mustListAgain(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 429;
}
