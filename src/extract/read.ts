import type { Observation } from "../model/result.ts";
import type { Window } from "../model/window.ts";
import type { CompiledExtract } from "./compile.ts";
import { CountTable, seamOf, TypeNames } from "./count-table.ts";
import { EDGES_BYTES, SpareBuffers } from "./edges.ts";
import { judge } from "./judge.ts";
import { keptBytes } from "./matcher.ts";
import { PartReading } from "./part.ts";
import type { Problem } from "./problem.ts";
import type { Judgement, NewReading, PartFacts, PartSink, Reading } from "./reading.ts";

/** The least free space in `work` after begin(). */
const LEAST_ROOM = 16 * 1024;

/**
 * The size that `work` should have. Measured on 273 MB with a million matches, inflating included: 0.25 s of CPU from 64 to 124 KiB,
 * 0.37 s from 128 KiB on, where V8 allocates the string of a piece as a large object.
 */
export const WORK_BYTES = 64 * 1024;

/** `work` is shared by all readings of the process; it is used only between a begin() and its take(). */
export function createReadings(compiled: CompiledExtract, work: Buffer): NewReading {
  const kept = keptBytes(compiled.pattern);
  if (work.length < kept + LEAST_ROOM) throw new RangeError(`the work buffer has ${work.length} bytes and needs ${kept + LEAST_ROOM}`);
  const buffers = new SpareBuffers(kept + EDGES_BYTES);
  return (asked) => new AnswerReading(compiled, work, buffers, asked);
}

/** A part that was read to its end. */
interface FinishedPart {
  readonly facts: PartFacts;
  readonly uncounted: Problem | null;
}

class AnswerReading implements Reading {
  readonly #compiled: CompiledExtract;
  readonly #work: Buffer;
  readonly #buffers: SpareBuffers;
  readonly #asked: Window;
  readonly #types = new TypeNames();
  readonly #parts: (FinishedPart & { readonly brought: number })[] = [];
  /** Of #parts. */
  #table: CountTable;
  /** Counted separately: only the end of a part shows which of its seconds are on a seam, and whether the part counts at all. */
  #last: (FinishedPart & { readonly table: CountTable }) | null = null;
  #open: { readonly part: PartReading; readonly table: CountTable } | null = null;

  constructor(compiled: CompiledExtract, work: Buffer, buffers: SpareBuffers, asked: Window) {
    this.#compiled = compiled;
    this.#work = work;
    this.#buffers = buffers;
    this.#asked = asked;
    this.#table = new CountTable(asked);
  }

  part(): PartSink {
    this.#open?.part.release();
    if (this.#last !== null && isRefused(this.#last.facts)) this.#last = null;
    this.#joinLast();
    const table = new CountTable(this.#asked);
    const finished = (facts: PartFacts, uncounted: Problem | null): void => {
      this.#open = null;
      this.#last = { facts, uncounted, table };
    };
    const part = new PartReading({ compiled: this.#compiled, work: this.#work, buffers: this.#buffers, types: this.#types, table, finished });
    this.#open = { part, table };
    return part;
  }

  judge(): Judgement {
    this.#joinLast();
    return judge({
      asked: this.#asked,
      parts: this.#parts.map((part) => part.facts),
      brought: this.#parts.map((part) => part.brought),
      updates: this.#table.updates,
      outside: this.#table.outside,
      mustDeclare: this.#compiled.envelope.declared !== undefined,
      uncounted: this.#parts.find((part) => part.uncounted !== null)?.uncounted ?? null,
    });
  }

  observations(): Iterable<Observation> {
    this.#joinLast();
    return { [Symbol.iterator]: () => this.#table.observations(this.#types) };
  }

  get rows(): number {
    this.#joinLast();
    return this.#table.rows;
  }

  get heldBytes(): number {
    return this.#table.heldBytes + (this.#last?.table.heldBytes ?? 0) + (this.#open?.table.heldBytes ?? 0);
  }

  release(): void {
    this.#open?.part.release();
    this.#open = null;
    this.#last = null;
    this.#table.release();
  }

  #joinLast(): void {
    if (this.#last === null) return;
    const { facts, uncounted, table } = this.#last;
    const before = this.#parts.at(-1);
    const counted = before === undefined ? 0 : this.#table.updates + this.#table.outside;
    if (before === undefined) this.#table = table;
    else this.#table.join(table, seamOf(before.facts, facts));
    this.#parts.push({ facts, uncounted, brought: this.#table.updates + this.#table.outside - counted });
    this.#last = null;
  }
}

function isRefused(facts: PartFacts): boolean {
  return facts.maintenance || facts.error !== null;
}
