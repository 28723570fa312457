import { oneLine } from "../table.ts";
import { bytes, counted, duration, grouped, mebibytes, percent } from "../../model/figures.ts";
import type { Pace } from "./pace.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which sweep it is. */
export interface Heading {
  readonly dataset: string;
  readonly window: string;
  readonly passes: number;
}

const LONGEST_BAR = 28;

/** What stands beside the bar, at its longest: what is settled, the share, and how long it takes still. */
const BESIDE_BAR = 70;

/** The live view: always the same lines in the same places, none as long as `columns`, where a terminal would wrap it. */
export function renderScreen(heading: Heading, now: Snapshot, pace: Pace, columns: number): string[] {
  const left = pace.secondsLeft === null ? "" : `   about ${duration(pace.secondsLeft)} left`;
  const lines = [
    `${heading.dataset}   ${heading.window}   ${passOf(heading, now)}`,
    `targets   ${bar(now, Math.min(LONGEST_BAR, columns - BESIDE_BAR))}${grouped(now.settled)} / ${grouped(now.targets)} settled   ${percent(now.settled, now.targets)}${left}`,
    `asking    ${asking(now, pace)}`,
    `stored    ${grouped(now.rows)} rows   ${bytes(now.textBytes)} read, ${bytes(now.wireBytes)} over the wire`,
    `memory    ${memory(now)}`,
    now.waitingFor === null ? "" : `waiting   ${oneLine(now.waitingFor)}`,
  ];
  return lines.map((line) => line.slice(0, columns - 1));
}

/** The same as one line, for a log. */
export function renderLine(heading: Heading, now: Snapshot, pace: Pace): string {
  const left = pace.secondsLeft === null ? "" : `, about ${duration(pace.secondsLeft)} left`;
  const waiting = now.waitingFor === null ? "" : `, waiting: ${oneLine(now.waitingFor)}`;
  return (
    `${heading.dataset} ${heading.window}, ${passOf(heading, now)}: ${grouped(now.settled)} of ${grouped(now.targets)} settled, ` +
    `${asking(now, pace).replaceAll("   ", ", ")}, ${grouped(now.rows)} rows, memory ${memory(now)}${left}${waiting}`
  );
}

function passOf({ passes }: Heading, { phase, pass }: Snapshot): string {
  if (phase === "Blocked") return "blocked";
  return pass === 0 ? "preparing" : `pass ${Math.min(pass, passes)} of at most ${passes}`;
}

/** Nothing where there is no room for one. */
function bar({ settled, targets }: Snapshot, width: number): string {
  if (width < 1) return "";
  const full = targets === 0 ? 0 : Math.floor((settled / targets) * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}  `;
}

function asking(now: Snapshot, pace: Pace): string {
  const inFlight = `${now.inFlight} of ${now.limit} in flight`;
  return `${inFlight}   ${grouped(pace.requestsPerSecond)} requests/s   ${bytes(pace.bytesPerSecond)}/s   ${counted(now.retries, "retry", "retries")}`;
}

function memory({ batches }: Snapshot): string {
  if (batches.length === 0) return "no batch runs";
  return `${batches.map(({ batch, peakBytes, limitBytes }) => `#${batch} ${mebibytes(peakBytes)}/${mebibytes(limitBytes)}`).join("  ")} MiB`;
}
