import type { Observation } from "../model/result.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Seam } from "./seam.ts";
import type { TypeNames } from "./type-names.ts";

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
