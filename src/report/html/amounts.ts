import { bytes, duration, grouped } from "../../model/figures.ts";
import { isoOf } from "../../model/moment.ts";
import { formatMemory } from "../../model/quantity.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** Amounts that may be much smaller than those of a whole sweep, and points in time. */

/** 0.26 s, 4.3 s, 41 s, 3 min 20 s */
export function seconds(amount: number): string {
  if (amount < 1) return `${Number(amount.toPrecision(2))} s`;
  return amount < 10 ? `${amount.toFixed(1)} s` : duration(amount);
}

/** 312 B, 1.2 kB, 950 kB, 31.4 MB */
export function size(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  return count < 9950 ? `${(count / 1000).toFixed(1)} kB` : bytes(count);
}

/** 128 MiB, 1 GiB */
export function memoryLimit(count: number): string {
  return formatMemory(count).replace(/(.i)$/, " $1B");
}

/** 0.42, 7.1, 107, 2,400: a rate per second. */
export function rate(perSecond: number): string {
  return perSecond < 10 ? String(Number(perSecond.toPrecision(2))) : grouped(perSecond);
}

/** 2026-11-23 05:00 UTC */
export function moment(at: EpochSeconds): string {
  return `${isoOf(at).slice(0, 16).replace("T", " ")} UTC`;
}

/** Below this, a span is shown with seconds. */
const SHORT_SECONDS = 600;

/** A span of time; the day once if both ends are on it: "2026-11-23 05:00 to 08:12 UTC". */
export function span(from: EpochSeconds, to: EpochSeconds): string {
  const end = to - from < SHORT_SECONDS ? 19 : 16;
  const [day, otherDay] = [from, to].map((at) => isoOf(at).slice(0, 10));
  const [time, otherTime] = [from, to].map((at) => isoOf(at).slice(11, end));
  return day === otherDay ? `${day} ${time} to ${otherTime} UTC` : `${day} ${time} to ${otherDay} ${otherTime} UTC`;
}
