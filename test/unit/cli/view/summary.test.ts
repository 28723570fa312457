import { describe, expect, test } from "vitest";
import { renderSummary } from "../../../../src/cli/view/summary.ts";
import type { SweepStatus } from "../../../../src/model/sweep.ts";
import { aRunning, MiB, totals } from "../../decide/builders.ts";

function aFinished(fields: Partial<SweepStatus> = {}): SweepStatus {
  const sums = { ...aRunning().sums, batches: 25, requests: 3130, retries: 95, textBytes: 350e6, wireBytes: 29.4e6, rows: 104_865, anonPeak: 53 * MiB };
  return aRunning({ phase: "Complete", pass: 2, totals: totals({ targets: 3000, ok: 1002, empty: 1986, rejected: 12, updates: 1_548_336 }), verdict: "complete", sums, ...fields });
}

describe("the summary of a sweep", () => {
  test("says the verdict, the states that occur, and what it took", () => {
    expect(renderSummary("default/demo 2026-11-22", aFinished(), 28)).toEqual([
      "default/demo 2026-11-22 is complete: 3,000 of 3,000 targets are settled (ok 1,002, empty 1,986, rejected 12); 1,548,336 updates are stored.",
      "3,130 requests, 95 of them retries, 350.0 MB of text (29.4 MB over the wire), 104,865 rows, 25 batches in 2 passes, 28 s.",
      "The largest batch had 53 MiB of memory.",
    ]);
  });

  test("counts one pass and one batch as one", () => {
    const sums = { ...aFinished().sums, batches: 1 };
    expect(renderSummary("w", aFinished({ pass: 1, sums }), 3)[1]).toContain("1 batch in 1 pass, 3 s");
  });

  test("says that nothing was left where nothing was asked", () => {
    const { sums } = aRunning();
    expect(renderSummary("w", aFinished({ pass: 0, sums }), 0)).toHaveLength(2);
    expect(renderSummary("w", aFinished({ pass: 0, sums }), 0)[1]).toBe("Nothing was left to be asked.");
  });

  test("tells how many batches ran out of memory", () => {
    expect(renderSummary("w", aFinished({ sums: { ...aFinished().sums, outOfMemory: 2 } }), 28).at(-1)).toBe("The largest batch had 53 MiB of memory; 2 ran out of theirs.");
  });
});
