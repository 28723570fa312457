import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { ROOT } from "../root.ts";

const DATA = path.resolve(ROOT, "../shared/data");

/** The real AS numbers and the real updates. They lie beside the project, and are no part of it. */
export const RECORDED = {
  asns: path.join(DATA, "asn/asns-2025-06-11.txt.gz"),
  updates: path.join(DATA, "ris-updates-2019-01-01T0000.bgpdump-m.txt.gz"),
} as const;

export const recordedIsHere = existsSync(RECORDED.asns) && existsSync(RECORDED.updates);

/** What must stand in Postgres after a sweep of recorded updates. */
export interface RecordedTruth {
  /** "AS1", …: the list and the origins. */
  readonly targets: readonly string[];
  /** How many of these the provider refuses. */
  readonly refused: number;
  /** "target state updates declared" for each target, sorted. */
  readonly results: readonly string[];
  /** "target second type count", the second counted from the first of the file; sorted. */
  readonly rows: readonly string[];
  readonly counts: {
    readonly originsOffList: number;
    readonly announcementsOffList: number;
    /** Announcements that end in an AS_SET. */
    readonly originIsSet: number;
    /** Withdrawals of what nobody announces. */
    readonly neverAnnounced: number;
    /** Lines that are no update: the collector's sessions. */
    readonly sessions: number;
  };
}

export function readLines(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString("latin1").split("\n").filter((line) => line !== "");
}

/**
 * Counted by itself, without a line of the simulator: an announcement belongs to the last word of its path, a withdrawal to every
 * origin that is announced for its prefix anywhere in the file.
 */
export function countRecorded(list: readonly string[], dump: readonly string[]): RecordedTruth {
  const elements = dump.map((line) => line.split("|"));
  const announced = elements.filter(([, , type]) => type === "A").map((fields) => ({ prefix: fields[5]!, origin: fields[6]!.split(" ").at(-1)! }));
  const single = announced.filter(({ origin }) => !origin.includes("{"));
  const originsOf = new Map<string, Set<string>>();
  for (const { prefix, origin } of single) originsOf.set(prefix, (originsOf.get(prefix) ?? new Set()).add(origin));

  const listed = new Set(list);
  const offList = single.map(({ origin }) => origin).filter((origin) => !listed.has(origin));

  const first = Math.min(...new Set(elements.map(([, time]) => Number(time))));
  const counts = new Map<string, number>();
  const updates = new Map<string, number>();
  let neverAnnounced = 0;
  const targets = new Set([...list, ...single.map(({ origin }) => origin)].map((number) => `AS${number}`));
  const refused = new Set([...targets].filter(isPrivate));
  for (const [, time, type, , , prefix, words] of elements) {
    if (type !== "A" && type !== "W") continue;
    const last = words?.split(" ").at(-1) ?? "";
    const owners = type === "A" ? [last].filter((origin) => !origin.includes("{")) : [...(originsOf.get(prefix!) ?? [])];
    if (type === "W" && owners.length === 0) neverAnnounced += 1;
    for (const target of owners.map((origin) => `AS${origin}`).filter((name) => !refused.has(name))) {
      const row = `${target} ${Number(time) - first} ${type}`;
      counts.set(row, (counts.get(row) ?? 0) + 1);
      updates.set(target, (updates.get(target) ?? 0) + 1);
    }
  }
  return {
    targets: [...targets],
    refused: refused.size,
    results: [...targets].map((target) => `${target} ${refused.has(target) ? "rejected 0" : stateOf(updates.get(target) ?? 0)}`).sort(),
    rows: [...counts].map(([row, count]) => `${row} ${count}`).sort(),
    counts: {
      originsOffList: new Set(offList).size,
      announcementsOffList: offList.length,
      originIsSet: announced.length - single.length,
      neverAnnounced,
      sessions: elements.filter(([, , type]) => type === "STATE").length,
    },
  };
}

function stateOf(updates: number): string {
  return `${updates === 0 ? "empty" : "ok"} ${updates} ${updates}`;
}

/** RFC 6996 */
function isPrivate(target: string): boolean {
  const number = Number(target.slice(2));
  return (number > 64_511 && number < 65_535) || (number > 4_199_999_999 && number < 4_294_967_295);
}
