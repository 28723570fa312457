import { bytes, duration, grouped, mebibytes, percent } from "./format.ts";
import type { Pace } from "./pace.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which sweep it is. */
export interface Heading {
  readonly dataset: string;
  readonly window: string;
  readonly passes: number;
}

const BAR = 28;

/** The live view: always the same lines in the same places, none longer than `columns`. */
export function renderScreen(heading: Heading, now: Snapshot, pace: Pace, columns: number): string[] {
  const left = pace.secondsLeft === null ? "" : `   about ${duration(pace.secondsLeft)} left`;
  const lines = [
    `${heading.dataset}   ${heading.window}   ${passOf(heading, now)}`,
    `targets   ${bar(now)}  ${grouped(now.settled)} / ${grouped(now.targets)} settled   ${percent(now.settled, now.targets)}${left}`,
    `asking    ${asking(now, pace)}`,
    `stored    ${grouped(now.rows)} rows   ${bytes(now.textBytes)} read, ${bytes(now.wireBytes)} over the wire`,
    `memory    ${memory(now)}`,
    now.waitingFor === null ? "" : `waiting   ${now.waitingFor}`,
  ];
  return lines.map((line) => line.slice(0, columns - 1));
}

/** The same as one line, for a log. */
export function renderLine(heading: Heading, now: Snapshot, pace: Pace): string {
  const left = pace.secondsLeft === null ? "" : `, about ${duration(pace.secondsLeft)} left`;
  const waiting = now.waitingFor === null ? "" : `, waiting: ${now.waitingFor}`;
  return (
    `${heading.dataset} ${heading.window}, ${passOf(heading, now)}: ${grouped(now.settled)} of ${grouped(now.targets)} settled, ` +
    `${asking(now, pace).replaceAll("   ", ", ")}, ${grouped(now.rows)} rows, memory ${memory(now)}${left}${waiting}`
  );
}

function passOf({ passes }: Heading, { phase, pass }: Snapshot): string {
  if (phase === "Blocked") return "blocked";
  return pass === 0 ? "preparing" : `pass ${Math.min(pass, passes)} of at most ${passes}`;
}

function bar({ settled, targets }: Snapshot): string {
  const full = targets === 0 ? 0 : Math.floor((settled / targets) * BAR);
  return "█".repeat(full) + "░".repeat(BAR - full);
}

function asking(now: Snapshot, pace: Pace): string {
  const inFlight = `${now.inFlight} of ${now.limit} in flight`;
  return `${inFlight}   ${grouped(pace.requestsPerSecond)} requests/s   ${bytes(pace.bytesPerSecond)}/s   ${grouped(now.retries)} retries`;
}

function memory({ batches }: Snapshot): string {
  if (batches.length === 0) return "no batch runs";
  return `${batches.map(({ batch, peakBytes, limitBytes }) => `#${batch} ${mebibytes(peakBytes)}/${mebibytes(limitBytes)}`).join("  ")} MiB`;
}
