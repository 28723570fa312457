import type { Observation } from "../model/result.ts";
import type { Window } from "../model/window.ts";
import { keptBytes } from "./matcher.ts";
import type { CompiledExtract } from "./compile.ts";
import { CountTable } from "./count-table.ts";
import { EDGES_BYTES } from "./edges.ts";
import { judge } from "./judge.ts";
import { PartReading } from "./part.ts";
import type { Problem } from "./problem.ts";
import type { Judgement, NewReading, PartFacts, PartSink, Reading } from "./reading.ts";
import { seamOf } from "./seam.ts";
import { SpareBuffers } from "./spare-buffers.ts";
import { TypeNames } from "./type-names.ts";

/** What is promised to be free in `work` after begin(). */
const LEAST_ROOM = 16 * 1024;

/** The size of `work` that was measured to be fastest: a longer piece of text is a string that V8 makes in a slower way. */
export const WORK_BYTES = 64 * 1024;

/** `work` is shared by all readings of the process; it is used only between a begin() and its take(). */
export function createReadings(compiled: CompiledExtract, work: Buffer): NewReading {
  const kept = keptBytes(compiled.pattern);
  if (work.length < kept + LEAST_ROOM) throw new RangeError(`the work buffer has ${work.length} bytes and needs ${kept + LEAST_ROOM}`);
  const buffers = new SpareBuffers(kept + EDGES_BYTES);
  return (asked) => new AnswerReading(compiled, work, buffers, asked);
}

class AnswerReading implements Reading {
  readonly #compiled: CompiledExtract;
  readonly #work: Buffer;
  readonly #buffers: SpareBuffers;
  readonly #asked: Window;
  readonly #types = new TypeNames();
  readonly #table: CountTable;
  readonly #parts: PartFacts[] = [];
  #open: PartReading | null = null;
  #uncounted: Problem | null = null;

  constructor(compiled: CompiledExtract, work: Buffer, buffers: SpareBuffers, asked: Window) {
    this.#compiled = compiled;
    this.#work = work;
    this.#buffers = buffers;
    this.#asked = asked;
    this.#table = new CountTable(asked);
  }

  part(): PartSink {
    if (this.#open !== null) throw new Error("a part is begun before the one before it is finished");
    // The next parts are counted apart: only their own end says which of their seconds stand on a seam.
    const table = this.#parts.length === 0 ? this.#table : new CountTable(this.#asked);
    this.#open = new PartReading({
      compiled: this.#compiled,
      work: this.#work,
      buffers: this.#buffers,
      types: this.#types,
      table,
      whenFinished: (facts, uncounted) => {
        this.#open = null;
        this.#uncounted ??= uncounted;
        const before = this.#parts.at(-1);
        if (before !== undefined) this.#table.join(table, seamOf(before, facts));
        this.#parts.push(facts);
      },
    });
    return this.#open;
  }

  judge(): Judgement {
    return judge({
      asked: this.#asked,
      parts: this.#parts,
      updates: this.#table.updates,
      outside: this.#table.outside,
      mustDeclare: this.#compiled.envelope.declared !== undefined,
      uncounted: this.#uncounted,
    });
  }

  observations(): Iterable<Observation> {
    return { [Symbol.iterator]: () => this.#table.observations(this.#types) };
  }

  get rows(): number {
    return this.#table.rows;
  }

  get heldBytes(): number {
    return this.#table.heldBytes + (this.#open === null || this.#parts.length === 0 ? 0 : this.#open.heldBytes);
  }

  release(): void {
    this.#open?.release();
    this.#open = null;
    this.#table.release();
  }
}
