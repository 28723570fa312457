import type { Finished } from "../../../src/batch/committer.ts";
import type { Reading } from "../../../src/extract/reading.ts";
import { aResult } from "../../support/postgres/store.ts";

export interface FakeReading extends Reading {
  /** How often it was released: once. */
  readonly releases: number;
}

/** An answer of so many rows, of which nobody asks what they are. */
export function aReading(rows: number): FakeReading {
  let releases = 0;
  return {
    part: () => {
      throw new Error("nothing is read here");
    },
    judge: () => {
      throw new Error("nothing is judged here");
    },
    observations: () => [],
    rows,
    heldBytes: 0,
    release: () => void (releases += 1),
    get releases() {
      return releases;
    },
  };
}

export function finished(targetId: number, rows = 1): Finished & { readonly reading: FakeReading } {
  return { targetId, result: aResult({ target: `AS${targetId}` }), reading: aReading(rows) };
}
