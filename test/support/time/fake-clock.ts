import type { Clock } from "../../../src/model/clock.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it on. Both its times begin at the same, whole number of milliseconds. */
export class FakeClock implements Clock {
  #milliseconds = Date.UTC(2026, 10, 21, 5);
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#milliseconds;
  }

  monotonic(): number {
    return this.#milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) return false;
    return new Promise<boolean>((resolve) => {
      const leave = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve(false);
      };
      const sleeper: Sleeper = {
        due: this.#milliseconds + milliseconds,
        wake: () => {
          signal?.removeEventListener("abort", leave);
          resolve(true);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Wakes whoever waits no longer than that, one moment after the other, and lets each do what it then does. */
  async advance(seconds: number): Promise<void> {
    const end = this.#milliseconds + Math.round(seconds * 1000);
    await settled();
    for (let due = this.#nextDue(); due <= end; due = this.#nextDue()) {
      this.#milliseconds = Math.max(this.#milliseconds, due);
      const woken = this.#sleepers.filter((sleeper) => sleeper.due <= this.#milliseconds);
      this.#sleepers = this.#sleepers.filter((sleeper) => !woken.includes(sleeper));
      woken.forEach((sleeper) => sleeper.wake());
      await settled();
    }
    this.#milliseconds = end;
  }

  #nextDue(): number {
    return Math.min(...this.#sleepers.map((sleeper) => sleeper.due));
  }
}

/** Resolves when everything that needs no time has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
