import { formatMoment, isoOf, parseMoment } from "../../model/moment.ts";
import type { WindowState } from "../../model/states.ts";
import type { WindowRun } from "../../model/sweep-object.ts";
import type { EpochSeconds, Window } from "../../model/window.ts";

/** What is known about a window that was asked. */
export interface KnownWindow {
  readonly state: WindowState;
  /** When its last sweep started. */
  readonly lastAsked: EpochSeconds;
  /** When the sweep that gave this state finished; null if none has. */
  readonly toldAt: EpochSeconds | null;
  /** The turn of its last sweep; 0 if the CronSweep itself has not started one. */
  readonly turns: number;
}

/** Consecutive windows with the same state: [from, to). Runs are sorted, oldest first, and do not overlap. */
export interface KnownRun extends KnownWindow {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

/** The most entries in a status, so that the object stays small. */
export const MOST_RUNS = 200;

const STATES: readonly WindowState[] = ["complete", "usable", "incomplete"];

/** The runs in a status. An entry that cannot be read, or that is not on the grid, is dropped: its windows count as never asked. */
export function readRuns(written: readonly WindowRun[], everySeconds: number): KnownRun[] {
  const runs = written.flatMap((run): KnownRun[] => {
    const [from, to, lastAsked, toldAt] = [momentOf(run.from), momentOf(run.to), momentOf(run.lastAsked), momentOf(run.toldAt)];
    if (from === null || to === null || lastAsked === null || from >= to || from % everySeconds !== 0 || to % everySeconds !== 0) return [];
    return STATES.includes(run.state) ? [{ from, to, state: run.state, lastAsked, toldAt, turns: Number.isInteger(run.turns) ? run.turns : 0 }] : [];
  });
  runs.sort((one, other) => one.from - other.from);
  return runs.filter((run, index) => index === 0 || runs[index - 1]!.to <= run.from);
}

export function writeRuns(runs: readonly KnownRun[]): WindowRun[] {
  return runs.map(({ from, to, state, lastAsked, toldAt, turns }) => ({
    from: formatMoment(from),
    to: formatMoment(to),
    state,
    lastAsked: isoOf(lastAsked),
    ...(toldAt === null ? {} : { toldAt: isoOf(toldAt) }),
    turns,
  }));
}

export function knownAt(runs: readonly KnownRun[], start: EpochSeconds): KnownWindow | null {
  return runs.find(({ from, to }) => from <= start && start < to) ?? null;
}

/** The runs with `known` for one window. */
export function withKnown(runs: readonly KnownRun[], { start, end }: Window, known: KnownWindow): KnownRun[] {
  const { state, lastAsked, toldAt, turns } = known;
  const others = runs.flatMap((run): KnownRun[] => {
    const before = { ...run, to: Math.min(run.to, start) };
    const after = { ...run, from: Math.max(run.from, end) };
    return [before, after].filter(({ from, to }) => from < to);
  });
  return [...others, { from: start, to: end, state, lastAsked, toldAt, turns }].sort((one, other) => one.from - other.from);
}

/**
 * The runs without windows before `since`, and with consecutive complete windows merged. If more than MOST_RUNS are left, the oldest are merged
 * too, with the worse state and the later lastAsked of both: those windows are then swept again, one per run, which costs little if they are complete.
 */
export function compact(runs: readonly KnownRun[], since: EpochSeconds): KnownRun[] {
  const merged: KnownRun[] = [];
  for (const run of runs) {
    if (run.to <= since) continue;
    const last = merged.at(-1);
    const isSame = last?.to === run.from && last.state === "complete" && run.state === "complete";
    if (isSame) merged[merged.length - 1] = together(last, run);
    else merged.push(run.from < since ? { ...run, from: since } : run);
  }
  for (let first = 0; merged.length > MOST_RUNS && first + 1 < merged.length; ) {
    if (merged[first]!.to === merged[first + 1]!.from) merged.splice(first, 2, together(merged[first]!, merged[first + 1]!));
    else first += 1;
  }
  return merged;
}

function together(one: KnownRun, other: KnownRun): KnownRun {
  return {
    from: one.from,
    to: other.to,
    state: STATES[Math.max(STATES.indexOf(one.state), STATES.indexOf(other.state))]!,
    lastAsked: Math.max(one.lastAsked, other.lastAsked),
    toldAt: one.toldAt === null || other.toldAt === null ? (one.toldAt ?? other.toldAt) : Math.max(one.toldAt, other.toldAt),
    turns: Math.max(one.turns, other.turns),
  };
}

function momentOf(text: string | undefined): EpochSeconds | null {
  return parseMoment(text ?? "");
}
