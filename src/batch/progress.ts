import type { BatchMessage } from "../model/message.ts";
import { isSettled, SETTLED, type TargetState } from "../model/states.ts";
import { shortened } from "./shortened.ts";

export const MOST_FAILING = 5;

/** The longest name that a message shows, in bytes of JSON: five must fit into 4 KiB beside the rest. */
export const LONGEST_NAME = 130;

/** What a batch knows of its own work, as its message tells it. Only what was committed counts as a state. */
export class Progress {
  readonly #batch: number;
  readonly #incarnation: number;
  readonly #targets: number;
  readonly #states: Record<TargetState, number> = { ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0 };
  readonly #failing: { target: string; code: string }[] = [];
  wireBytes = 0;
  textBytes = 0;
  matches = 0;
  rows = 0;

  constructor(batch: number, incarnation: number, targets: number) {
    this.#batch = batch;
    this.#incarnation = incarnation;
    this.#targets = targets;
  }

  get results(): number {
    return Object.values(this.#states).reduce((sum, count) => sum + count, 0);
  }

  get settled(): number {
    return SETTLED.reduce((sum, state) => sum + this.#states[state], 0);
  }

  committed(target: string, state: TargetState, code: string | null): void {
    this.#states[state] += 1;
    if (isSettled(state) || this.#failing.length >= MOST_FAILING) return;
    this.#failing.push({ target: shortened(target, LONGEST_NAME), code: code ?? state });
  }

  message(now: Pick<BatchMessage, "requests" | "retries" | "inFlight" | "slots" | "memory" | "seconds" | "paused" | "measured" | "eventLoopDelaySeconds"> & { problem?: string }): BatchMessage {
    return {
      program: "batch",
      batch: this.#batch,
      incarnation: this.#incarnation,
      targets: this.#targets,
      states: { ...this.#states },
      wireBytes: this.wireBytes,
      textBytes: this.textBytes,
      matches: this.matches,
      rows: this.rows,
      ...now,
      failing: [...this.#failing],
    };
  }
}
