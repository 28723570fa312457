import type { NewReading, PartFacts, PartSink, Reading } from "../extract/reading.ts";

const PREFIX_BYTES = 64 * 1024;

/** What an answer's parts said, and how the first of them begins. */
export interface SeenText {
  readonly parts: PartFacts[];
  /** The first 64 KiB of the first part, as latin1. */
  prefix: string;
  /** That was all of it. */
  prefixIsWhole: boolean;
}

/** Readings that note what they read. One answer at a time. */
export function watchedReadings(newReading: NewReading, seen: SeenText): NewReading {
  return (asked) => {
    const reading = newReading(asked);
    const watched: Reading = {
      part() {
        const part = notingFacts(reading.part(), seen);
        // Until the first part is whole it may be asked for again.
        return seen.parts.length === 0 ? keepPrefix(part, seen) : part;
      },
      judge: () => reading.judge(),
      observations: () => reading.observations(),
      get rows() {
        return reading.rows;
      },
      get heldBytes() {
        return reading.heldBytes;
      },
      release: () => reading.release(),
    };
    return watched;
  };
}

function notingFacts(sink: PartSink, seen: SeenText): PartSink {
  return {
    work: sink.work,
    begin: () => sink.begin(),
    take: (length) => sink.take(length),
    finish() {
      const facts = sink.finish();
      seen.parts.push(facts);
      return facts;
    },
  };
}

function keepPrefix(sink: PartSink, seen: SeenText): PartSink {
  let from = 0;
  seen.prefix = "";
  seen.prefixIsWhole = true;
  return {
    ...sink,
    begin: () => (from = sink.begin()),
    take(length) {
      const room = PREFIX_BYTES - seen.prefix.length;
      if (length > room) seen.prefixIsWhole = false;
      seen.prefix += sink.work.toString("latin1", from, from + Math.min(length, room));
      sink.take(length);
    },
  };
}
