import type { Element } from "./bgpdump.ts";
import { isPrivate } from "./resource.ts";

/** Which element belongs to which AS, and what belongs to none. */
export interface Attribution {
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
