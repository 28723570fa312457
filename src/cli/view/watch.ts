import type { SweepDriver } from "../../local/drive.ts";
import type { Clock } from "../../model/clock.ts";
import type { Output } from "../context.ts";
import { PaceMeter } from "./pace.ts";
import { renderLine, renderScreen, type Heading } from "./render.ts";
import { takeSnapshot } from "./snapshot.ts";

const SCREEN_SECONDS = 0.5;
const FIRST_LINE_SECONDS = 2;
const LINE_SECONDS = 10;

/** Shows a sweep while it runs: redrawn in place on a terminal, a line now and then elsewhere. */
export class SweepWatch {
  readonly #out: Output;
  readonly #clock: Clock;
  #drawn = 0;

  constructor(out: Output, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
  }

  /** Until `signal` is aborted. */
  async follow(driver: Pick<SweepDriver, "status" | "running">, heading: Heading, signal: AbortSignal): Promise<void> {
    const meter = new PaceMeter();
    let toldAt = this.#clock.monotonic() - (LINE_SECONDS - FIRST_LINE_SECONDS) * 1000;
    while (!signal.aborted) {
      const now = takeSnapshot(driver.status, await driver.running(), this.#clock.monotonic());
      const pace = meter.add(now);
      if (this.#out.isTerminal) this.#draw(renderScreen(heading, now, pace, this.#out.columns));
      else if (now.at - toldAt >= LINE_SECONDS * 1000) {
        toldAt = now.at;
        this.#out.write(`${renderLine(heading, now, pace)}\n`);
      }
      await this.#clock.wait(SCREEN_SECONDS, signal).catch(() => undefined);
    }
    this.clear();
  }

  /** A sentence above the view. */
  say(sentence: string): void {
    this.clear();
    this.#out.write(`${sentence}\n`);
  }

  clear(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }

  /** Line over line, so that nothing flickers. */
  #draw(lines: readonly string[]): void {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    this.#out.write(up + lines.map((line) => `${line}\u001b[K\n`).join(""));
    this.#drawn = lines.length;
  }
}
