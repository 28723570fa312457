import { formatMoment, parseMoment } from "../../model/moment.ts";
import type { MissedWindows } from "../../model/sweep-object.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { KnownRun } from "./window-runs.ts";

/** Consecutive windows: [from, to). Ranges are sorted, oldest first, and do not overlap. */
export interface WindowRange {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

interface MissedView {
  /** What was missed so far. */
  readonly before: readonly WindowRange[];
  /** The start of the oldest window that catchUp reached when this was last decided; null if it never was. */
  readonly reachedBefore: EpochSeconds | null;
  /** The same now. */
  readonly reaches: EpochSeconds;
  /** The start of the oldest window that can be asked at all: by the provider's first data and the retention. */
  readonly askableFrom: EpochSeconds;
  /** A person gave up the windows that start before this; null if nobody has. */
  readonly acknowledged: EpochSeconds | null;
  /** What is known of windows, also of those that catchUp no longer reaches. */
  readonly known: readonly KnownRun[];
}

/**
 * The windows that catchUp reached once, that it does not reach any more, and that were never asked: while the CronSweep was suspended or no
 * controller ran, or because sweeps took too long. They stay until a sweep of them is complete or usable.
 */
export function missedWindows({ before, reachedBefore, reaches, askableFrom, acknowledged, known }: MissedView): WindowRange[] {
  const left = reachedBefore === null || reachedBefore >= reaches ? [] : without([{ from: reachedBefore, to: reaches }], known);
  const settled = known.filter(({ state }) => state !== "incomplete");
  const from = Math.max(askableFrom, acknowledged ?? -Infinity);
  const within = [...without(before, settled), ...left].map((range) => ({ from: Math.max(range.from, from), to: Math.min(range.to, reaches) }));
  return shortened(joined(within.filter((range) => range.from < range.to)));
}

export function countWindows(ranges: readonly WindowRange[], everySeconds: number): number {
  return ranges.reduce((sum, { from, to }) => sum + (to - from) / everySeconds, 0);
}

/** "3 windows were never asked and are out of reach of catchUp: 2026-11-01 to 2026-11-03. To fill them: …" @param ranges at least one */
export function missedText(ranges: readonly WindowRange[], everySeconds: number, { namespace, name }: { readonly namespace: string; readonly name: string }): string {
  const count = countWindows(ranges, everySeconds);
  const [first, last] = [ranges[0]!.from, ranges.at(-1)!.to - everySeconds].map(formatMoment);
  const which = count === 1 ? `1 window was never asked and is out of reach of catchUp: ${first!}. To fill it` : `${count} windows were never asked and are out of reach of catchUp: ${ranges.length > 1 ? "between " : ""}${first!} ${ranges.length > 1 ? "and" : "to"} ${last!}. To fill them`;
  const where = namespace === "" ? "" : ` --namespace ${namespace}`;
  return `${which}: kubectl sluice backfill ${name}${where} --from ${first!} --to ${last!}. To give up: kubectl annotate cronsweep ${name}${where} --overwrite sluice.dev/acknowledge-missed=${formatMoment(ranges.at(-1)!.to)}`;
}

export function readRanges(written: readonly MissedWindows[], everySeconds: number): WindowRange[] {
  const ranges = written.flatMap(({ from, to }): WindowRange[] => {
    const [start, end] = [parseMoment(from), parseMoment(to)];
    return start === null || end === null || start >= end || start % everySeconds !== 0 || end % everySeconds !== 0 ? [] : [{ from: start, to: end }];
  });
  return joined(ranges);
}

export function writeRanges(ranges: readonly WindowRange[]): MissedWindows[] {
  return ranges.map(({ from, to }) => ({ from: formatMoment(from), to: formatMoment(to) }));
}

/** The parts of `ranges` that none of `cuts` covers. */
function without(ranges: readonly WindowRange[], cuts: readonly WindowRange[]): WindowRange[] {
  return cuts.reduce<WindowRange[]>(
    (left, cut) =>
      left.flatMap(({ from, to }) =>
        [
          { from, to: Math.min(to, cut.from) },
          { from: Math.max(from, cut.to), to },
        ].filter((part) => part.from < part.to),
      ),
    [...ranges],
  );
}

function joined(ranges: readonly WindowRange[]): WindowRange[] {
  const joint: WindowRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.from - other.from)) {
    const last = joint.at(-1);
    if (last !== undefined && range.from <= last.to) joint[joint.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else joint.push(range);
  }
  return joint;
}

/** The most ranges in a status, so that the object stays small. */
const MOST_RANGES = 50;

/** Of more ranges the oldest become one: a backfill leaves alone what is complete in between. */
function shortened(ranges: readonly WindowRange[]): WindowRange[] {
  const tooMany = ranges.length - MOST_RANGES;
  return tooMany <= 0 ? [...ranges] : [{ from: ranges[0]!.from, to: ranges[tooMany]!.to }, ...ranges.slice(tooMany + 1)];
}
