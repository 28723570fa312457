import type { EpochSeconds } from "../../model/window.ts";

/** Seconds since 1970 as the clock on a wall shows them: the local time, taken for UTC. */
export type WallSeconds = number;

/** A stretch of time in which a wall clock runs evenly. Its ends are where it is put forward or back, or where the question ended. */
export interface EvenStretch {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  /** Wall time minus UTC. */
  readonly offset: number;
  /** What the clock had shown before: it was put forward if this is less than what it shows at `from`, and back if it is more. */
  readonly shown: WallSeconds;
}

const DAY = 86_400;

/** Longer than any zone's jump: a clock that was put back has shown all of it again after that long. */
const LOOK_BACK = 2 * DAY;

/** The even stretches of [from, to) in a time zone. No zone has changed its clocks twice within a day since 1970. */
export function evenStretches(timeZone: string, from: EpochSeconds, to: EpochSeconds): EvenStretch[] {
  const offsetAt = offsetReader(timeZone);
  const found: EvenStretch[] = [];
  let [begin, offset] = [from - LOOK_BACK, offsetAt(from - LOOK_BACK)];
  let shown = begin + offset;
  const add = (end: EpochSeconds): void => {
    if (end > from) found.push({ from: Math.max(begin, from), to: end, offset, shown: begin < from ? Math.max(shown, from + offset) : shown });
    shown = Math.max(shown, end + offset);
  };
  for (let at = begin; at < to; at += DAY) {
    const sample = Math.min(at + DAY, to);
    const changed = offsetAt(sample);
    if (changed === offset) continue;
    const jump = firstWith(changed, offsetAt, at, sample);
    add(jump);
    [begin, offset] = [jump, changed];
  }
  if (begin < to) add(to);
  return found;
}

/** The first second in (from, to] with an offset that `to` has and `from` has not. */
function firstWith(offset: number, offsetAt: (at: EpochSeconds) => number, from: EpochSeconds, to: EpochSeconds): EpochSeconds {
  let [without, having] = [from, to];
  while (having - without > 1) {
    const middle = Math.floor((without + having) / 2);
    if (offsetAt(middle) === offset) having = middle;
    else without = middle;
  }
  return having;
}

/** Each costs 28 KiB, and anybody may write any zone into a CronSweep. */
const MOST_FORMATS = 32;
const formats = new Map<string, Intl.DateTimeFormat>();

function offsetReader(timeZone: string): (at: EpochSeconds) => number {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  formats.delete(timeZone);
  formats.set(timeZone, format);
  if (formats.size > MOST_FORMATS) formats.delete(formats.keys().next().value!);
  return (at) => {
    // 6/1/1970, GMT-00:44:30
    const [, sign, hours = 0, minutes = 0, seconds = 0] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at * 1000))!;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  };
}
