import { SpecError } from "../model/errors.ts";
import type { EpochSeconds } from "../model/window.ts";

/** A line of `bgpdump -m`: what it says first, the rest of it only when it is asked for. */
export type Element =
  | { readonly kind: "announcement"; readonly at: EpochSeconds; readonly prefix: string; readonly origin: string; readonly line: string }
  | { readonly kind: "withdrawal"; readonly at: EpochSeconds; readonly prefix: string; readonly line: string }
  /** A session of the collector went up or down: no update of anyone. */
  | { readonly kind: "session"; readonly at: EpochSeconds };

/**
 * Fields, parted by |: format, time, A | W | STATE, peer address, peer AS, prefix; of an announcement then the path
 * (its last word is the origin: a number, or an AS_SET in braces), origin kind, next hop, two metrics, the communities.
 */
export function readElement(line: string, place: string): Element {
  const [, time = "", type, , , prefix, path] = line.split("|", 7);
  const at = Number(time);
  if (time === "" || !Number.isInteger(at)) throw new SpecError(`${place}: this is not a line of bgpdump -m: ${line.slice(0, 60)}`);
  if (type === "STATE") return { kind: "session", at };
  if (prefix === undefined || prefix === "") throw new SpecError(`${place}: the line names no prefix: ${line.slice(0, 60)}`);
  if (type === "W") return { kind: "withdrawal", at, prefix, line };
  if (type !== "A" || path === undefined) throw new SpecError(`${place}: A, W or STATE is wanted as the third field, not ${type ?? "nothing"}.`);
  return { kind: "announcement", at, prefix, origin: path.slice(path.lastIndexOf(" ") + 1), line };
}

/** What readElement left: who told it, and an announcement's path and communities. */
export function readDetails(line: string): { peer: string; path: (number | number[])[]; communities: string[] } {
  const fields = line.split("|");
  const words = (text: string | undefined): string[] => (text ?? "").split(" ").filter((word) => word !== "");
  return {
    peer: fields[3] ?? "",
    path: words(fields[6]).map((word) => (word.startsWith("{") ? word.slice(1, -1).split(",").map(Number) : Number(word))),
    communities: words(fields[11]),
  };
}
