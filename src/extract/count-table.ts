import type { Observation } from "../model/result.ts";
import { shorten } from "../model/visible.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { readCaught } from "./caught-text.ts";
import { problem, type Problem } from "./problem.ts";
import { isWholeOnOneSide, type Seam } from "./seam.ts";

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

  /**
   * Adds the counts of the next part and empties it. In a second of the seam the larger count of each type stays, and the smaller one
   * goes to `shared`: this table and `shared` together hold what both sides have.
   *
   * @returns the first second of which neither side holds all; null if there is none
   */
  join(next: CountTable, seam: Seam | null, shared: CountTable): EpochSeconds | null {
    const split = seam === null ? null : this.#settle(next, seam, shared);
    this.add(next);
    return split;
  }

  /** Adds all counts of another table and empties it. */
  add(other: CountTable): void {
    this.updates += other.updates;
    this.rows += other.rows;
    this.outside += other.outside;
    for (const [type, pages] of other.#pages.entries()) {
      for (const [number, page] of pages.entries()) {
        if (page !== undefined) this.#addPage(type, number, page);
      }
    }
    other.release();
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

  #settle(next: CountTable, seam: Seam, shared: CountTable): EpochSeconds | null {
    const from = Math.max(seam.from - this.#start, 0);
    const to = Math.min(seam.to - this.#start, this.#seconds - 1);
    const types = [...Array(Math.max(this.#pages.length, next.#pages.length)).keys()];
    let split: EpochSeconds | null = null;
    for (let second = from; second <= to; second += 1) {
      const before = types.map((type) => this.#at(type, second));
      const after = types.map((type) => next.#at(type, second));
      if (!isWholeOnOneSide(before, after, seam.from === seam.to)) split ??= this.#start + second;
      for (const type of types) {
        const both = Math.min(before[type]!, after[type]!);
        if (both === 0) continue;
        next.#change(type, second, -both);
        shared.#change(type, second, both);
      }
    }
    return split;
  }

  #at(type: number, second: number): number {
    return this.#pages[type]?.[second >>> PAGE_BITS]?.[second & IN_PAGE] ?? 0;
  }

  #change(type: number, second: number, by: number): void {
    const page = this.#pages[type]?.[second >>> PAGE_BITS] ?? this.#open(type, second >>> PAGE_BITS);
    const before = page[second & IN_PAGE]!;
    page[second & IN_PAGE] = before + by;
    this.updates += by;
    this.rows += Number(before + by > 0) - Number(before > 0);
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

/** Of a type, as UTF-8. A kind of update has a short name, and an index of Postgres takes no more than 2,704 bytes. */
export const LONGEST_TYPE = 1024;

/** The types of one reading, numbered in the order of their first match. */
export class TypeNames {
  /** As they are stored. */
  readonly names: string[] = [];
  readonly #byName = new Map<string, number>();
  /** By the bytes that were matched, if they have one spelling only. */
  readonly #byBytes = new Map<string, number>();

  /** `caught` is latin1 text, as it was matched. */
  numberOf(caught: string, isJson: boolean): number | Problem {
    return this.#byBytes.get(caught) ?? this.#read(caught, isJson);
  }

  /** The types' numbers in the order of their names, by code unit. */
  sorted(): number[] {
    const byName = (one: number, other: number): number => (this.names[one]! < this.names[other]! ? -1 : 1);
    return this.names.map((_, number) => number).sort(byName);
  }

  #read(caught: string, isJson: boolean): number | Problem {
    const read = readCaught(caught, isJson);
    if ("why" in read) return problem("types", `a type ${read.why}`);
    const number = this.#byName.get(read.text) ?? this.#add(read.text);
    // A copy: a substring would keep the whole text in memory. With an escape, a type has more spellings than should be kept.
    if (typeof number === "number" && !caught.includes("\\")) this.#byBytes.set(Buffer.from(caught, "latin1").toString("latin1"), number);
    return number;
  }

  #add(name: string): number | Problem {
    const bytes = Buffer.byteLength(name);
    if (bytes > LONGEST_TYPE) {
      return problem("types", `a type has ${bytes} bytes, more than ${LONGEST_TYPE}: the pattern's second group seems to catch something else: ${shorten(name)}`);
    }
    if (this.names.length === MOST_TYPES) {
      return problem("types", `more than ${MOST_TYPES} types: the pattern's second group seems to catch something else`);
    }
    this.#byName.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
