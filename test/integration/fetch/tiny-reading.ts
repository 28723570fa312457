import type { NewReading, PartFacts, Reading } from "../../../src/extract/reading.ts";
import type { EpochSeconds } from "../../../src/model/window.ts";

/** What an answer of these tests looks like: `{"n":2,"end":2000,"next":"…","id":"q1","mm":…} xx`; each x is a match. */
export interface Said {
  readonly n?: number;
  readonly start?: number;
  readonly end?: EpochSeconds;
  readonly next?: string;
  readonly id?: string;
  readonly maintenance?: boolean;
  readonly error?: string;
}

export function anAnswer(said: Said, matches = said.n ?? 0): string {
  return `${JSON.stringify(said)} ${"x".repeat(matches)}`;
}

export interface TinyReadings {
  readonly newReading: NewReading;
  /** Readings that were made and not released. */
  readonly held: () => number;
}

/** A reading that keeps its text and counts the x of it. */
export function tinyReadings(): TinyReadings {
  let held = 0;
  return { newReading, held: () => held };

  function newReading(): Reading {
    held++;
    const facts: PartFacts[] = [];
    return {
      part() {
        const work = Buffer.alloc(64 * 1024);
        const pieces: string[] = [];
        return {
          work,
          begin: () => 0,
          take: (length) => pieces.push(work.toString("latin1", 0, length)),
          finish() {
            const text = pieces.join("");
            const said = JSON.parse(text.slice(0, text.indexOf("}") + 1) || "{}") as Said;
            const matches = text.slice(text.indexOf("}") + 1).split("x").length - 1;
            const part: PartFacts = {
              matches,
              earliest: null,
              latest: null,
              targets: [],
              saysEmpty: false,
              flaw: null,
              declared: said.n ?? null,
              start: said.start ?? null,
              end: said.end ?? null,
              continuation: said.next ?? null,
              maintenance: said.maintenance ?? false,
              error: said.error ?? null,
              queryId: said.id ?? null,
              textBytes: text.length,
            };
            facts.push(part);
            return part;
          },
        };
      },
      judge() {
        const updates = facts.reduce((sum, part) => sum + part.matches, 0);
        const declares = facts.every((part) => part.declared !== null);
        const declared = declares ? facts.reduce((sum, part) => sum + part.declared!, 0) : null;
        const isRight = declared === null || declared === updates;
        return {
          state: isRight ? (updates > 0 ? "ok" : "empty") : "mismatch",
          error: isRight ? null : "declared-wrong",
          detail: null,
          updates,
          outside: 0,
          declared,
        };
      },
      observations: () => [],
      rows: 0,
      heldBytes: 0,
      release: () => held--,
    };
  }
}
