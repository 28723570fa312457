import type { SweepDriver } from "../../local/drive.ts";
import type { Clock } from "../../model/clock.ts";
import type { Output } from "../context.ts";
import { PaceMeter } from "./pace.ts";
import { Redraw } from "./redraw.ts";
import { renderLine, renderScreen, type Heading } from "./render.ts";
import { takeSnapshot } from "./snapshot.ts";

const SCREEN_SECONDS = 0.5;
const FIRST_LINE_SECONDS = 2;
const LINE_SECONDS = 10;

/** Shows a sweep while it runs: redrawn in place on a terminal, a line now and then elsewhere. */
export class SweepWatch {
  readonly #out: Output;
  readonly #clock: Clock;
  readonly #screen: Redraw;

  constructor(out: Output, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
    this.#screen = new Redraw(out);
  }

  /** Until `signal` is aborted. */
  async follow(driver: Pick<SweepDriver, "status" | "running">, heading: Heading, signal: AbortSignal): Promise<void> {
    const meter = new PaceMeter();
    let toldAt = this.#clock.monotonic() - (LINE_SECONDS - FIRST_LINE_SECONDS) * 1000;
    while (!signal.aborted) {
      const now = takeSnapshot(driver.status, await driver.running(), this.#clock.monotonic());
      const pace = meter.add(now);
      if (this.#out.isTerminal) this.#screen.draw(renderScreen(heading, now, pace, this.#out.columns));
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
    this.#screen.clear();
  }
}
