import type { SweepDriver } from "../../local/sweep-driver.ts";
import type { Clock } from "../../model/clock.ts";
import { bytes, counted, duration, grouped, mebibytes, percent } from "../../model/figures.ts";
import { settledOf, type Totals } from "../../model/states.ts";
import { partSelected, type SweepStatus } from "../../model/sweep.ts";
import { visible } from "../../model/visible.ts";
import { causeLine, type SweptWindow } from "../next-command.ts";
import type { Output } from "../terminal.ts";
import { RateMeter, type Rates } from "./rates.ts";
import { Redraw } from "./redraw.ts";
import { takeSnapshot, type Snapshot } from "./snapshot.ts";

const SCREEN_SECONDS = 0.5;
const FIRST_LINE_SECONDS = 2;
const LINE_SECONDS = 10;

/** Shows a sweep while it runs: redrawn in place on a terminal, a line every ten seconds elsewhere. */
export class SweepWatch {
  readonly #out: Output;
  readonly #clock: Clock;
  readonly #problem: () => string | null;
  readonly #screen: Redraw;

  /** @param problem what the command itself waits for: it comes before what the sweep's status says, which may be older */
  constructor(out: Output, clock: Clock, problem: () => string | null) {
    this.#out = out;
    this.#problem = problem;
    this.#clock = clock;
    this.#screen = new Redraw(out);
  }

  /** Until `signal` is aborted. */
  async follow(driver: Pick<SweepDriver, "status" | "running">, heading: Heading, signal: AbortSignal): Promise<void> {
    const meter = new RateMeter();
    let printedAt = this.#clock.monotonic() - (LINE_SECONDS - FIRST_LINE_SECONDS) * 1000;
    while (!signal.aborted) {
      const found = takeSnapshot(driver.status, await driver.running(), this.#clock.monotonic(), this.#clock.now() / 1000);
      const now = { ...found, waitingFor: this.#problem() ?? found.waitingFor };
      const pace = meter.add(now);
      if (this.#out.isTerminal) this.#screen.draw(renderScreen(heading, now, pace, this.#out.columns));
      else if (now.at - printedAt >= LINE_SECONDS * 1000) {
        printedAt = now.at;
        this.#out.write(`${renderLine(heading, now, pace)}\n`);
      }
      await this.#clock.sleep(SCREEN_SECONDS * 1000, signal);
    }
    this.clear();
  }

  /** Prints a sentence above the live view. */
  say(sentence: string): void {
    this.clear();
    this.#out.write(`${sentence}\n`);
  }

  clear(): void {
    this.#screen.clear();
  }
}

/** Says which sweep is shown. */
export interface Heading {
  readonly dataset: string;
  readonly window: string;
  readonly passes: number;
}

const LONGEST_BAR = 28;

/** Columns for the text next to the bar at its longest: settled targets, share, time left. */
const BESIDE_BAR = 70;

/** The live view: always the same lines, each shorter than `columns`, so that the terminal does not wrap them. */
export function renderScreen(heading: Heading, now: Snapshot, pace: Rates, columns: number): string[] {
  const left = pace.secondsLeft === null ? "" : `   about ${duration(pace.secondsLeft)} left`;
  const whose = now.selectedFrom === null ? "" : "selected ";
  const selected = now.selectedFrom === null ? "" : `   ${grouped(now.targets)} of ${counted(now.selectedFrom, "target", "targets")} selected`;
  const lines = [
    `${heading.dataset}   ${heading.window}   ${passOf(heading, now)}${selected}`,
    `targets   ${bar(now, Math.min(LONGEST_BAR, columns - BESIDE_BAR - whose.length))}${grouped(now.settled)} / ${grouped(now.targets)} ${whose}settled   ${percent(now.settled, now.targets)}${left}`,
    `asking    ${asking(now, pace)}`,
    `stored    ${grouped(now.rows)} rows   ${bytes(now.textBytes)} read, ${bytes(now.wireBytes)} over the wire`,
    `memory    ${memory(now)}`,
    ...waiting(now, columns),
  ];
  return lines.map((line) => line.slice(0, columns - 1));
}

/** The same in one line, for a log. */
export function renderLine(heading: Heading, now: Snapshot, pace: Rates): string {
  const left = pace.secondsLeft === null ? "" : `, about ${duration(pace.secondsLeft)} left`;
  const waiting = now.waitingFor === null ? "" : `, waiting: ${visible(now.waitingFor)}`;
  return (
    `${heading.dataset} ${heading.window}, ${passOf(heading, now)}: ${grouped(now.settled)} of ${grouped(now.targets)} ${now.selectedFrom === null ? "" : "selected "}settled, ` +
    `${asking(now, pace).replaceAll("   ", ", ")}, ${grouped(now.rows)} rows, memory ${memory(now)}${left}${waiting}`
  );
}

/** Two lines, since the reason comes last and is often long. */
function waiting({ waitingFor }: Snapshot, columns: number): string[] {
  if (waitingFor === null) return ["", ""];
  const text = visible(waitingFor);
  const width = Math.max(1, columns - 11);
  const end = text.length <= width ? text.length : text.lastIndexOf(" ", width) + 1 || width;
  return [`waiting   ${text.slice(0, end)}`, end === text.length ? "" : `          ${text.slice(end)}`];
}

function passOf({ passes }: Heading, { phase, pass }: Snapshot): string {
  if (phase === "Blocked") return "blocked";
  return pass === 0 ? "preparing" : `pass ${Math.min(pass, passes)} of at most ${passes}`;
}

/** Empty if there is no room for a bar. */
function bar({ settled, targets }: Snapshot, width: number): string {
  if (width < 1) return "";
  const full = targets === 0 ? 0 : Math.floor((settled / targets) * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}  `;
}

function asking(now: Snapshot, pace: Rates): string {
  const inFlight = `${now.inFlight} of ${now.limit} in flight`;
  return `${inFlight}   ${grouped(pace.requestsPerSecond)} requests/s   ${bytes(pace.bytesPerSecond)}/s   ${counted(now.retries, "retry", "retries")}`;
}

function memory({ batches }: Snapshot): string {
  if (batches.length === 0) return "no batch is running";
  return `${batches.map(({ batch, peakBytes, limitBytes }) => `#${batch} ${mebibytes(peakBytes)}/${mebibytes(limitBytes)}`).join("  ")} MiB`;
}

/** The result of a finished sweep, in a few lines; last what is not settled and why, unless the window is complete. */
export function renderSummary({ dataset, window, ...swept }: SweptWindow, status: SweepStatus, seconds: number): string[] {
  return [...renderResult(`${dataset} ${window}`, status, seconds), ...(status.causes ?? []).map((cause) => visible(causeLine(cause, { dataset, window, ...swept })))];
}

function renderResult(window: string, status: SweepStatus, seconds: number): string[] {
  const { totals, verdict, sums } = status;
  if (totals === undefined || verdict === undefined) return [`${window}: ${status.problem ?? "no verdict"}`];
  const lines = [`${window} is ${verdict}: ${grouped(settledOf(totals))} of ${grouped(totals.targets)} targets are settled (${states(totals)}); ${grouped(totals.updates)} updates are stored.`];
  const selected = partSelected(status);
  if (selected !== null) lines.push(`${counted(selected.targets, "target was", "targets were")} selected: ${grouped(selected.settled)} settled, ${grouped(selected.targets - selected.settled)} not.`);
  if (sums.requests === 0) return [...lines, "There was nothing left to ask."];
  lines.push(
    `${counted(sums.requests, "request", "requests")}, ${grouped(sums.retries)} of them retries, ${bytes(sums.textBytes)} of text (${bytes(sums.wireBytes)} over the wire), ${counted(sums.rows, "row", "rows")}, ` +
      `${counted(sums.batches, "batch", "batches")} in ${counted(status.pass, "pass", "passes")}, ${duration(seconds)}.`,
  );
  lines.push(`The largest batch used ${mebibytes(sums.anonPeak)} MiB of memory${sums.outOfMemory > 0 ? `; ${counted(sums.outOfMemory, "batch", "batches")} ran out of memory` : ""}.`);
  return lines;
}

function states({ ok, empty, rejected, suspect, mismatch, failed, missing }: Totals): string {
  return Object.entries({ ok, empty, rejected, suspect, mismatch, failed, missing })
    .filter(([state, count]) => count > 0 || state === "ok")
    .map(([state, count]) => `${state} ${grouped(count)}`)
    .join(", ");
}
