import type { Observation } from "../model/result.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { problem, type Problem } from "./problem.ts";
import type { PartFacts } from "./reading.ts";

/** Seconds of a page, so that a target that is quiet but for a few seconds costs a few times 2 KiB. */
const PAGE_BITS = 9;
const PAGE = 1 << PAGE_BITS;
const IN_PAGE = PAGE - 1;

/**
 * How many matches each second of a window has of each type, exact whatever their order. Pages are made when a second of theirs
 * is met; a day of two types is at most 172,800 numbers of four bytes. Matches outside the window are only counted.
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

  /** Takes over the counts of the part that follows, which is empty afterwards; of a second on the seam only one side's are kept. */
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
      // Most seconds of most pages are empty, so this is a plain walk over numbers.
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

/** More types than this are no types: the pattern's second group catches something else. */
export const MOST_TYPES = 64;

/** The types of one reading, numbered in the order in which they are met. */
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
    // A copy: a piece of a string would keep the whole text that it was cut from.
    const bytes = Buffer.from(caught, "latin1");
    const name = bytes.toString("utf8");
    if (name.includes("\0") || !Buffer.from(name, "utf8").equals(bytes)) {
      return problem("types", `a type is not UTF-8 text: its bytes are ${bytes.toString("hex")}`);
    }
    this.#numbers.set(bytes.toString("latin1"), this.names.length);
    return this.names.push(name) - 1;
  }
}

/** The seconds that two parts of an answer both say they cover; both ends included. */
export interface Seam {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

/**
 * The seam of two parts, or null where they do not meet or do not say.
 *
 * Whether an end is inclusive is not known, so the second in which one part ends and the next begins may stand whole in the
 * first, whole in the second, whole in both, or cut short in the one that was truncated and whole in the other. In each of
 * these the side that has more of that second has all of it, so that side is taken and the other one dropped, whatever their
 * types. Only a second that was really dealt out, some of it here and some there, comes out short: that is a mismatch where the
 * declared number counts the whole.
 */
export function seamOf(before: PartFacts, after: PartFacts): Seam | null {
  if (after.start === null || before.end === null || after.start > before.end) return null;
  return { from: after.start, to: before.end };
}
