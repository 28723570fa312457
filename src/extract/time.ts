import { digits, LATEST, readIso } from "../model/iso-time.ts";
import type { EpochSeconds } from "../model/window.ts";

/** Reads the time of a match. NaN if it is unreadable: the answer fails then, and no match is dropped. */
export type ReadTime = (text: string) => EpochSeconds;

export function timeReader(form: "unix" | "iso"): ReadTime {
  return form === "unix" ? readUnix : readIso;
}

/** Whole seconds since 1970 in decimal digits, and nothing else. */
export function readUnix(text: string): EpochSeconds {
  if (text.length > 12) return NaN;
  const seconds = digits(text, 0, text.length);
  return seconds <= LATEST ? seconds : NaN;
}
