import type { SentRequest } from "../fetch/sent-request.ts";
import { COPY_SECONDS, NOTHING_MEASURED, REQUEST_SECONDS, TARGET_SECONDS, withOne, type Distribution, type Measured, type Tally } from "../model/measured.ts";
import type { TargetState } from "../model/states.ts";

/** Sums up what a batch measures of its own work. */
export class Measuring {
  readonly #requests: Record<string, number> = {};
  readonly #retries: Record<string, number> = {};
  readonly #targets: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  #requestSeconds = NOTHING_MEASURED.requestSeconds;
  #targetSeconds = NOTHING_MEASURED.targetSeconds;
  #copySeconds = NOTHING_MEASURED.copySeconds;

  request({ outcome, after, redirects, seconds }: SentRequest): void {
    raise(this.#requests, outcome);
    if (redirects > 0) raise(this.#requests, "redirect", redirects);
    if (after !== null) raise(this.#retries, after);
    this.#requestSeconds = withOne(this.#requestSeconds, REQUEST_SECONDS, seconds);
  }

  target(seconds: number): void {
    this.#targetSeconds = withOne(this.#targetSeconds, TARGET_SECONDS, seconds);
  }

  /** One transaction. */
  commit(seconds: number): void {
    this.#copySeconds = withOne(this.#copySeconds, COPY_SECONDS, seconds);
  }

  committed(state: TargetState, code: string | null): void {
    raise(this.#targets, state);
    if (code !== null) raise(this.#errors, code);
  }

  measured(others: { readonly matches: number; readonly pausedSeconds: Tally }): Measured {
    const paused = Object.entries(others.pausedSeconds).map(([cause, seconds]) => [cause, rounded(seconds)] as const);
    return {
      requests: { ...this.#requests },
      retries: { ...this.#retries },
      targets: { ...this.#targets },
      errors: { ...this.#errors },
      pausedSeconds: Object.fromEntries(paused),
      matches: others.matches,
      requestSeconds: inMilliseconds(this.#requestSeconds),
      targetSeconds: inMilliseconds(this.#targetSeconds),
      copySeconds: inMilliseconds(this.#copySeconds),
    };
  }
}

function raise(tally: Record<string, number>, word: string, by = 1): void {
  tally[word] = (tally[word] ?? 0) + by;
}

/** All digits of a sum would take a message's room and say nothing. */
function inMilliseconds({ counts, sum }: Distribution): Distribution {
  return { counts, sum: rounded(sum) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
