import type { EpochSeconds } from "../model/window.ts";
import { beginsJson } from "./caught-text.ts";
import type { CompiledExtract } from "./compile.ts";
import type { CountTable, TypeNames } from "./count-table.ts";
import { Edges, EDGES_BYTES, type SpareBuffers } from "./edges.ts";
import { readEnvelope } from "./envelope.ts";
import { StreamMatcher } from "./matcher.ts";
import { problem, type Problem } from "./problem.ts";
import { readableText } from "./readable-text.ts";
import type { PartFacts, PartSink } from "./reading.ts";

interface PartPlace {
  readonly compiled: CompiledExtract;
  readonly work: Buffer;
  readonly buffers: SpareBuffers;
  readonly types: TypeNames;
  readonly table: CountTable;
  /** Called once. */
  readonly finished: (facts: PartFacts) => void;
}

/** Reads one part of an answer while its text streams by. */
export class PartReading implements PartSink {
  readonly work: Buffer;
  readonly #place: PartPlace;
  #kept: Buffer | null;
  readonly #edges: Edges;
  readonly #matcher: StreamMatcher;
  #matches = 0;
  #earliest: EpochSeconds | null = null;
  #latest: EpochSeconds | null = null;
  #uncounted: Problem | null = null;
  /** Null before the first byte that shows it. */
  #isJson: boolean | null = null;
  /** Neighbouring matches often share their second, so the last time is cached. */
  #lastTime = "";
  #lastAt = NaN;

  constructor(place: PartPlace) {
    this.#place = place;
    this.work = place.work;
    this.#kept = place.buffers.take();
    this.#edges = new Edges(this.#kept.subarray(0, EDGES_BYTES));
    const { pattern } = place.compiled;
    const { time, type } = pattern;
    this.#matcher = new StreamMatcher(pattern, this.#kept.subarray(EDGES_BYTES), (match) => this.#count(match[time] ?? "", type === null ? "" : (match[type] ?? "")));
  }

  begin(): number {
    return this.#matcher.room;
  }

  take(length: number): void {
    this.#mustBeOpen();
    const from = this.#matcher.room;
    this.#isJson ??= beginsJson(this.work, from, from + length);
    this.#edges.take(this.work, from, from + length);
    this.#matcher.take(this.work, length);
    this.#forgetTime();
  }

  finish(): PartFacts {
    this.#mustBeOpen();
    this.#matcher.finish();
    const envelope = readEnvelope(this.#place.compiled, this.#edges, this.#isJson === true);
    const facts: PartFacts = {
      ...envelope,
      matches: this.#matches,
      earliest: this.#earliest,
      latest: this.#latest,
      flaw: this.#uncounted ?? envelope.flaw,
      textBytes: this.#edges.textBytes,
    };
    this.release();
    this.#place.finished(facts);
    return facts;
  }

  /** Gives its buffer back. take() and finish() throw afterwards. */
  release(): void {
    if (this.#kept !== null) this.#place.buffers.giveBack(this.#kept);
    this.#kept = null;
  }

  /** After release() another stream may use the buffer. */
  #mustBeOpen(): void {
    if (this.#kept === null) throw new Error("a part takes text after its end");
  }

  #count(time: string, type: string): void {
    this.#matches += 1;
    if (this.#uncounted !== null) return;
    const at = time === this.#lastTime ? this.#lastAt : this.#readTime(time);
    if (Number.isNaN(at)) {
      this.#uncounted = problem("unreadable-time", `a match has the time "${readableText(time)}", which cannot be read as ${this.#place.compiled.timeForm}`);
      return;
    }
    if (this.#earliest === null || at < this.#earliest) this.#earliest = at;
    if (this.#latest === null || at > this.#latest) this.#latest = at;
    const number = this.#place.types.numberOf(type, this.#isJson === true);
    if (typeof number === "number") this.#place.table.count(at, number);
    else this.#uncounted = number;
  }

  #readTime(time: string): number {
    this.#lastTime = time;
    this.#lastAt = this.#place.compiled.readTime(time);
    return this.#lastAt;
  }

  /** A substring would keep the whole text in memory. */
  #forgetTime(): void {
    this.#lastTime = "";
    this.#lastAt = NaN;
  }
}
