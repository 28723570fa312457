import { SpecError } from "../model/errors.ts";
import type { EpochSeconds } from "../model/window.ts";
import { isPrivate } from "./question.ts";

/** Which element belongs to which AS, and what belongs to none. */
interface Attribution {
  /** AS number → indices of its elements, ascending. */
  readonly ofOrigin: ReadonlyMap<number, readonly number[]>;
  /** The list and the origins, ascending. */
  readonly targets: readonly number[];
  readonly counts: AttributionCounts;
}

export interface AttributionCounts {
  readonly elements: number;
  readonly announcements: number;
  readonly withdrawals: number;
  /** Sessions of the collector going up or down. */
  readonly sessions: number;
  readonly originsOffList: number;
  readonly announcementsOffList: number;
  /** Announcements that end in an AS_SET: left out. */
  readonly setAnnouncements: number;
  /** Withdrawals of a prefix that is announced nowhere in the file: left out. */
  readonly withdrawalsUnannounced: number;
  /** Withdrawals of a prefix that several origins announce: given to each of them. */
  readonly withdrawalsShared: number;
  /** Elements that belong to private AS numbers, whom the provider refuses. */
  readonly behindRefusal: number;
}

/** Targets are the list and the origins; a withdrawal goes to the origins announced for its prefix anywhere in the file. */
export function attribute(elements: readonly Element[], list: readonly number[]): Attribution {
  const originsOfPrefix = new Map<string, Set<number>>();
  for (const element of elements) {
    if (element.kind !== "announcement" || isSet(element.origin)) continue;
    const origins = originsOfPrefix.get(element.prefix) ?? new Set();
    originsOfPrefix.set(element.prefix, origins.add(Number(element.origin)));
  }

  const listed = new Set(list);
  const ofOrigin = new Map<number, number[]>();
  const originsOffList = new Set<number>();
  const counts = {
    elements: elements.length,
    announcements: 0,
    withdrawals: 0,
    sessions: 0,
    announcementsOffList: 0,
    setAnnouncements: 0,
    withdrawalsUnannounced: 0,
    withdrawalsShared: 0,
    behindRefusal: 0,
  };
  function give(origin: number, index: number): void {
    const indices = ofOrigin.get(origin);
    if (indices === undefined) ofOrigin.set(origin, [index]);
    else indices.push(index);
    if (isPrivate(origin)) counts.behindRefusal++;
  }
  for (const [index, element] of elements.entries()) {
    if (element.kind === "session") counts.sessions++;
    if (element.kind === "announcement") {
      counts.announcements++;
      const origin = Number(element.origin);
      if (isSet(element.origin)) {
        counts.setAnnouncements++;
        continue;
      }
      if (!listed.has(origin)) {
        counts.announcementsOffList++;
        originsOffList.add(origin);
      }
      give(origin, index);
    }
    if (element.kind === "withdrawal") {
      counts.withdrawals++;
      const origins = originsOfPrefix.get(element.prefix);
      if (origins === undefined) counts.withdrawalsUnannounced++;
      else if (origins.size > 1) counts.withdrawalsShared++;
      for (const origin of origins ?? []) give(origin, index);
    }
  }
  const targets = [...new Set([...listed, ...originsOffList])].sort((one, other) => one - other);
  return { ofOrigin, targets, counts: { ...counts, originsOffList: originsOffList.size } };
}

function isSet(origin: string): boolean {
  return origin.startsWith("{");
}

/** What was read and what is left out, for a person. */
export function attributionNotes({ targets, counts }: Attribution): string[] {
  return [
    `${targets.length} AS numbers: the list, and ${counts.originsOffList} origins that are not on it (${counts.announcementsOffList} announcements).`,
    `${counts.elements} elements: ${counts.announcements} announcements, ${counts.withdrawals} withdrawals, ${counts.sessions} session changes of the collector, which are left out.`,
    `Left out: ${counts.withdrawalsUnannounced} withdrawals of prefixes that are announced nowhere in the file, ${counts.setAnnouncements} announcements whose origin is an AS_SET.`,
    `${counts.withdrawalsShared} withdrawals are of prefixes with several origins and go to each of them.`,
    `${counts.behindRefusal} elements belong to private AS numbers, which are refused.`,
  ];
}

/** A line of `bgpdump -m`: its first fields; the others are read when needed. */
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
  if (time === "" || !Number.isInteger(at)) throw new SpecError(`${place}: not a line of bgpdump -m: ${line.slice(0, 60)}`);
  if (type === "STATE") return { kind: "session", at };
  if (prefix === undefined || prefix === "") throw new SpecError(`${place}: the line has no prefix: ${line.slice(0, 60)}`);
  if (type === "W") return { kind: "withdrawal", at, prefix, line };
  if (type !== "A" || path === undefined) throw new SpecError(`${place}: the third field must be A, W or STATE, not ${type ?? "nothing"}.`);
  return { kind: "announcement", at, prefix, origin: path.slice(path.lastIndexOf(" ") + 1), line };
}

/** The fields that readElement skips: the peer, and an announcement's path and communities. */
export function readDetails(line: string): { peer: string; path: (number | number[])[]; communities: string[] } {
  const fields = line.split("|");
  const words = (text: string | undefined): string[] => (text ?? "").split(" ").filter((word) => word !== "");
  return {
    peer: fields[3] ?? "",
    path: words(fields[6]).map((word) => (word.startsWith("{") ? word.slice(1, -1).split(",").map(Number) : Number(word))),
    communities: words(fields[11]),
  };
}
