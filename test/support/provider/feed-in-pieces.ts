import type { TextSink } from "../../../src/extract/reading.ts";

/** Gives a sink the text in pieces that end at `cuts` (offsets, rising), smaller where the work buffer has less room. */
export function feed(sink: TextSink, text: Buffer, cuts: Iterable<number> = []): void {
  let at = 0;
  for (const cut of [...cuts, text.length]) {
    while (at < cut) {
      const free = sink.begin();
      const end = Math.min(cut, at + sink.work.length - free);
      text.copy(sink.work, free, at, end);
      sink.take(end - at);
      at = end;
    }
  }
}

/** Cuts after every `size` bytes, the first after `first`. */
export function* cutsEvery(size: number, length: number, first = size): Generator<number> {
  for (let cut = first; cut < length; cut += size) yield cut;
}
