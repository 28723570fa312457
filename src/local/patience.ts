import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { counted } from "../model/figures.ts";
import type { SweepStatus } from "../model/sweep.ts";
import type { RunningView } from "./sweep-driver.ts";

/** For a host that has answered nothing since the command began, so that it ends within a minute: its processes are given time to stop. */
const WITHOUT_ANSWER_SECONDS = 40;

/** For a Blocked sweep whose host has answered this command before. */
const BLOCKED_SECONDS = 600;

/**
 * How long a command waits for what it cannot change. A person at a terminal wants to know that the provider is gone. Once the host has
 * answered, the command waits for it as long as it takes: the outage will end, and what it has done so far must not depend on a second start.
 */
export class Patience {
  readonly #host: string;
  readonly #clock: Pick<Clock, "now">;
  readonly #before: Heard;
  #hasAnswered = false;
  #failingSince: number | null = null;
  #lastError = "";

  /** @param status that the command takes over: what it counts was asked by others */
  constructor(host: string, status: SweepStatus | null, clock: Pick<Clock, "now">) {
    this.#host = host;
    this.#clock = clock;
    this.#before = heardSoFar(status, []);
  }

  /**
   * Whether to give up a Blocked sweep: at once before its first pass, since it never asked anything.
   * @throws SurroundingsError if the host has not answered for too long
   */
  isOver(status: SweepStatus, running: readonly RunningView[]): boolean {
    this.#listen(status, running);
    if (status.phase !== "Blocked" || status.blocked === undefined) return false;
    const seconds = this.#hasAnswered ? BLOCKED_SECONDS : WITHOUT_ANSWER_SECONDS;
    return status.pass === 0 || this.#now() - status.blocked.since > seconds;
  }

  #listen(status: SweepStatus, running: readonly RunningView[]): void {
    const { requests, answers, bytes } = heardSoFar(status, running);
    // An answer may take long; its bytes show that it comes.
    this.#hasAnswered ||= answers > this.#before.answers || bytes > this.#before.bytes;
    this.#lastError = running.map(({ message }) => message?.waiting?.error ?? "").findLast((error) => error !== "") ?? this.#lastError;
    const failed = requests - this.#before.requests;
    if (this.#hasAnswered || failed <= 0) return;
    this.#failingSince ??= this.#now();
    const seconds = this.#now() - this.#failingSince;
    if (seconds < WITHOUT_ANSWER_SECONDS) return;
    throw new SurroundingsError(
      `${this.#host} has answered nothing since this command began: ${counted(failed, "request has", "requests have")} failed within ${Math.round(seconds)} s${this.#lastError === "" ? "" : `, the last with: ${this.#lastError}`}. ` +
        "What was stored before is kept. Run the same command again when the host answers.",
    );
  }

  #now(): number {
    return this.#clock.now() / 1000;
  }
}

interface Heard {
  /** Finished, answered or not. */
  readonly requests: number;
  readonly answers: number;
  readonly bytes: number;
}

/** Batches that the status has counted, and those that run. */
function heardSoFar(status: SweepStatus | null, running: readonly RunningView[]): Heard {
  const counts = [status?.sums, ...running.map(({ message }) => message)].filter((found) => found !== undefined && found !== null);
  const sum = (of: (count: (typeof counts)[number]) => number): number => counts.reduce((total, count) => total + of(count), 0);
  return { requests: sum(({ requests }) => requests), answers: sum(({ measured }) => measured?.requests["answered"] ?? 0), bytes: sum(({ wireBytes }) => wireBytes) };
}
