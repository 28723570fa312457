import type { WindowState } from "../../model/states.ts";
import type { EpochSeconds, Grid } from "../../model/window.ts";
import { hasEnded, windowOf, type ObservedSweep } from "./observed-sweep.ts";
import { turnOf } from "./sweep-name.ts";
import { knownAt, withKnown, type KnownRun, type KnownWindow } from "./window-runs.ts";

const WORST_FIRST: readonly WindowState[] = ["incomplete", "usable", "complete"];

interface WindowsUpdate {
  readonly cronSweep: string;
  readonly dataset: string;
  readonly grid: Grid;
  readonly sweeps: readonly ObservedSweep[];
  /** When it was decided to start a Sweep, by its name: creationTimestamp is by the server's clock, which may lag behind ours. */
  readonly decidedAt: ReadonlyMap<string, EpochSeconds>;
}

/**
 * Updates what is known about the windows from the observed Sweeps, also those created by hand. Idempotent, so it does not matter how often
 * a Sweep is observed. A window counts as asked as soon as its Sweep is observed: if that is deleted before it finishes, it is not created
 * again at once, but at the next run.
 */
export function updateWindows(known: readonly KnownRun[], lesson: WindowsUpdate): readonly KnownRun[] {
  return lesson.sweeps.reduce((runs, sweep) => learn(runs, sweep, lesson), known);
}

function learn(runs: readonly KnownRun[], sweep: ObservedSweep, { cronSweep, dataset, grid, decidedAt }: WindowsUpdate): readonly KnownRun[] {
  const window = windowOf(sweep, dataset, grid);
  if (window === null || (sweep.state === "refused" && !sweep.isOwn)) return runs;
  const before: KnownWindow = knownAt(runs, window.start) ?? { state: "incomplete", lastAsked: 0, toldAt: null, turns: 0 };
  const isNews = hasEnded(sweep) && knowsBetter(sweep, before);
  const after: KnownWindow = {
    state: isNews ? sweep.state : before.state,
    toldAt: isNews ? sweep.endedAt : before.toldAt,
    lastAsked: Math.max(before.lastAsked, sweep.beganAt, decidedAt.get(sweep.name) ?? 0),
    turns: Math.max(before.turns, sweep.isOwn ? turnOf(sweep.name, cronSweep, window) : 0),
  };
  const isSame = after.state === before.state && after.toldAt === before.toldAt && after.lastAsked === before.lastAsked && after.turns === before.turns;
  return isSame ? runs : withKnown(runs, window, after);
}

/** The Sweep that finished last knows best, since its verdict counts everything that is stored. Of two in the same second the better verdict is right, since settled targets stay settled. */
function knowsBetter({ state, endedAt }: { readonly state: WindowState; readonly endedAt: EpochSeconds }, { state: known, toldAt }: KnownWindow): boolean {
  return toldAt === null || endedAt > toldAt || (endedAt === toldAt && WORST_FIRST.indexOf(state) > WORST_FIRST.indexOf(known));
}
