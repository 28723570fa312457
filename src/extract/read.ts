import type { Observation } from "../model/result.ts";
import type { Window } from "../model/window.ts";
import type { CompiledExtract } from "./compile.ts";
import { CountTable, TypeNames } from "./count-table.ts";
import { EDGES_BYTES, SpareBuffers } from "./edges.ts";
import { judge, type Expectations, type Split } from "./judge.ts";
import { keptBytes } from "./matcher.ts";
import { PartReading } from "./part.ts";
import type { Judgement, NewReading, PartFacts, PartSink, Reading } from "./reading.ts";
import { seamOf } from "./seam.ts";

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
  const { envelope } = compiled;
  const expected = {
    declared: envelope.declared !== undefined,
    empty: envelope.empty !== undefined,
    target: envelope.target !== undefined,
    start: envelope.queryStart !== undefined,
    end: envelope.queryEnd !== undefined,
  };
  return (target, asked) => new AnswerReading({ compiled, expected, work, buffers }, target, asked);
}

interface ReadingPlace {
  readonly compiled: CompiledExtract;
  readonly expected: Expectations;
  readonly work: Buffer;
  readonly buffers: SpareBuffers;
}

class AnswerReading implements Reading {
  readonly #place: ReadingPlace;
  readonly #target: string;
  readonly #asked: Window;
  readonly #types = new TypeNames();
  readonly #parts: PartFacts[] = [];
  /** How many matches each of #parts added to those before it. */
  readonly #brought: number[] = [];
  /** Of #parts. */
  #table: CountTable;
  /** What both sides of a seam have, once. */
  readonly #shared: CountTable;
  #split: Split | null = null;
  /** Counted separately: only the end of a part shows which of its seconds are on a seam, and whether the part counts at all. */
  #last: { readonly facts: PartFacts; readonly table: CountTable } | null = null;
  #open: { readonly part: PartReading; readonly table: CountTable } | null = null;

  constructor(place: ReadingPlace, target: string, asked: Window) {
    this.#place = place;
    this.#target = target;
    this.#asked = asked;
    this.#table = new CountTable(asked);
    this.#shared = new CountTable(asked);
  }

  part(): PartSink {
    this.#open?.part.release();
    if (this.#last !== null && isRefused(this.#last.facts)) this.#last = null;
    this.#joinLast();
    const table = new CountTable(this.#asked);
    const finished = (facts: PartFacts): void => {
      this.#open = null;
      this.#last = { facts, table };
    };
    const { compiled, work, buffers } = this.#place;
    const part = new PartReading({ compiled, work, buffers, types: this.#types, table, finished });
    this.#open = { part, table };
    return part;
  }

  judge(): Judgement {
    this.#joinLast();
    const { judgement, takesBoth } = judge({
      asked: this.#asked,
      target: this.#target,
      targetPrefix: this.#place.compiled.targetPrefix,
      expected: this.#place.expected,
      parts: this.#parts,
      brought: this.#brought,
      updates: this.#table.updates,
      outside: this.#table.outside,
      shared: this.#shared.updates,
      split: this.#split,
    });
    if (takesBoth) this.#takeBoth();
    return judgement;
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
    return this.#table.heldBytes + this.#shared.heldBytes + (this.#last?.table.heldBytes ?? 0) + (this.#open?.table.heldBytes ?? 0);
  }

  release(): void {
    this.#open?.part.release();
    this.#open = null;
    this.#last = null;
    this.#table.release();
    this.#shared.release();
  }

  #joinLast(): void {
    if (this.#last === null) return;
    const { facts, table } = this.#last;
    const before = this.#parts.at(-1);
    const counted = before === undefined ? 0 : this.#table.updates + this.#table.outside;
    if (before === undefined) this.#table = table;
    else {
      const at = this.#table.join(table, seamOf(before, facts), this.#shared);
      if (at !== null) this.#split ??= { at, part: this.#parts.length };
    }
    this.#parts.push(facts);
    this.#brought.push(this.#table.updates + this.#table.outside - counted);
    this.#last = null;
  }

  /** From now on the table holds the matches of both sides of each seam. */
  #takeBoth(): void {
    this.#table.add(this.#shared);
    this.#split = null;
    this.#parts.forEach(({ matches }, index) => (this.#brought[index] = matches));
  }
}

function isRefused(facts: PartFacts): boolean {
  return facts.maintenance || facts.error !== null;
}
