import type { Observation } from "../model/result.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { problem, type Problem } from "./problem.ts";
import type { PartFacts } from "./reading.ts";

/** A page has 512 seconds: a target with a few busy seconds costs a few times 2 KiB. */
const PAGE_BITS = 9;
const PAGE = 1 << PAGE_BITS;
const IN_PAGE = PAGE - 1;

/**
 * Counts matches by second and type, exact for any order. A page is allocated at its first match; a day with two types is at most
 * 172,800 numbers of four bytes. Matches outside the window are only counted as a sum.
 */
export class CountTable {
  /** Matches inside the window. */
  updates = 0;
  outside = 0;
  /** How many (second, type) have a match. */
  rows = 0;
  /** Of the pages. */
  heldBytes = 0;
  readonly #start: EpochSeconds;
  readonly #seconds: number;
  /** By type, then by page. */
  #pages: (Uint32Array | undefined)[][] = [];

  constructor(window: Window) {
    this.#start = window.start;
    this.#seconds = window.end - window.start;
  }

  count(at: EpochSeconds, type: number): void {
    const second = at - this.#start;
    if (second < 0 || second >= this.#seconds) {
      this.outside += 1;
      return;
    }
    const page = this.#pages[type]?.[second >>> PAGE_BITS] ?? this.#open(type, second >>> PAGE_BITS);
    const before = page[second & IN_PAGE]!;
    page[second & IN_PAGE] = before + 1;
    if (before === 0) this.rows += 1;
    this.updates += 1;
  }

  /** Adds the counts of the next part and empties it. For a second on the seam it keeps one side only: see seamOf(). */
  join(next: CountTable, seam: Seam | null): void {
    if (seam !== null) this.#settle(next, seam);
    this.updates += next.updates;
    this.rows += next.rows;
    this.outside += next.outside;
    for (const [type, pages] of next.#pages.entries()) {
      for (const [number, page] of pages.entries()) {
        if (page !== undefined) this.#addPage(type, number, page);
      }
    }
    next.release();
  }

  /** Sorted by time, then by the type's name. */
  *observations(types: TypeNames): Generator<Observation> {
    const order = types.sorted().filter((type) => this.#pages[type] !== undefined);
    for (let from = 0; from < this.#seconds; from += PAGE) {
      const met = order.filter((type) => this.#pages[type]![from >>> PAGE_BITS] !== undefined);
      if (met.length === 0) continue;
      const names = met.map((type) => types.names[type]!);
      const pages = met.map((type) => this.#pages[type]![from >>> PAGE_BITS]!);
      const seconds = pages[0]!.length;
      // Most seconds of most pages are empty, so this loop stays plain.
      for (let second = 0; second < seconds; second += 1) {
        for (let place = 0; place < pages.length; place += 1) {
          const updates = pages[place]![second]!;
          if (updates > 0) yield { at: this.#start + from + second, type: names[place]!, updates };
        }
      }
    }
  }

  release(): void {
    this.#pages = [];
    this.updates = 0;
    this.outside = 0;
    this.rows = 0;
    this.heldBytes = 0;
  }

  #open(type: number, number: number): Uint32Array {
    while (this.#pages.length <= type) this.#pages.push([]);
    // The last page of a window ends with it.
    const page = new Uint32Array(Math.min(PAGE, this.#seconds - number * PAGE));
    this.#pages[type]![number] = page;
    this.heldBytes += page.byteLength;
    return page;
  }

  #settle(next: CountTable, seam: Seam): void {
    const from = Math.max(seam.from - this.#start, 0);
    const to = Math.min(seam.to - this.#start, this.#seconds - 1);
    for (let second = from; second <= to; second += 1) {
      const loser = next.#at(second) > this.#at(second) ? this : next;
      loser.#clear(second);
    }
  }

  #at(second: number): number {
    return this.#pages.reduce((sum, pages) => sum + (pages[second >>> PAGE_BITS]?.[second & IN_PAGE] ?? 0), 0);
  }

  #clear(second: number): void {
    for (const pages of this.#pages) {
      const page = pages[second >>> PAGE_BITS];
      const updates = page?.[second & IN_PAGE] ?? 0;
      if (page === undefined || updates === 0) continue;
      page[second & IN_PAGE] = 0;
      this.updates -= updates;
      this.rows -= 1;
    }
  }

  #addPage(type: number, number: number, page: Uint32Array): void {
    const own = this.#pages[type]?.[number] ?? this.#open(type, number);
    for (const [second, updates] of page.entries()) {
      if (updates === 0) continue;
      const before = own[second]!;
      if (before > 0) this.rows -= 1;
      own[second] = before + updates;
    }
  }
}

/** With more types than this the pattern's second group catches something else. */
export const MOST_TYPES = 64;

/** The types of one reading, numbered in the order of their first match. */
export class TypeNames {
  /** As they are stored. */
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** `caught` is latin1 text, as it was matched. */
  numberOf(caught: string): number | Problem {
    return this.#numbers.get(caught) ?? this.#add(caught);
  }

  /** The types' numbers in the order of their names, by code unit. */
  sorted(): number[] {
    const byName = (one: number, other: number): number => (this.names[one]! < this.names[other]! ? -1 : 1);
    return this.names.map((_, number) => number).sort(byName);
  }

  #add(caught: string): number | Problem {
    if (this.names.length === MOST_TYPES) {
      return problem("types", `more than ${MOST_TYPES} types: the pattern's second group seems to catch something else`);
    }
    // A copy: a substring would keep the whole text in memory.
    const bytes = Buffer.from(caught, "latin1");
    const name = bytes.toString("utf8");
    if (name.includes("\0") || !Buffer.from(name, "utf8").equals(bytes)) {
      return problem("types", `a type is not UTF-8 text: its bytes are ${bytes.toString("hex")}`);
    }
    this.#numbers.set(bytes.toString("latin1"), this.names.length);
    return this.names.push(name) - 1;
  }
}

/** The seconds that two parts of an answer both cover; both ends included. */
export interface Seam {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

/**
 * The seam of two parts, or null if they do not meet or do not say.
 *
 * It is unknown whether an end is inclusive. So the second in which one part ends and the next starts may be complete in the first, in
 * the second, or in both, or truncated in one and complete in the other. In each case the side with more matches has them all: it is
 * kept and the other dropped, whatever their types. Only a second that is split between the parts loses matches, which is a mismatch
 * if the declared number counts the whole.
 */
export function seamOf(before: PartFacts, after: PartFacts): Seam | null {
  if (after.start === null || before.end === null || after.start > before.end) return null;
  return { from: after.start, to: before.end };
}
