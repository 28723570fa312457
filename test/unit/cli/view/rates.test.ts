import { describe, expect, test } from "vitest";
import { RateMeter } from "../../../../src/cli/view/rates.ts";
import type { Snapshot } from "../../../../src/cli/view/snapshot.ts";
import { aSnapshot } from "./snapshots.ts";

/** The pace after snapshots each half second, of which `of` makes what they show. */
function paceAfter(seconds: number, of: (second: number) => Partial<Snapshot>): ReturnType<RateMeter["add"]> {
  const meter = new RateMeter();
  let pace = meter.add(aSnapshot({ at: 0, ...of(0) }));
  for (let second = 0.5; second <= seconds; second += 0.5) pace = meter.add(aSnapshot({ at: second * 1000, ...of(second) }));
  return pace;
}

describe("the pace of a sweep", () => {
  test("is not known from a single snapshot", () => {
    expect(new RateMeter().add(aSnapshot())).toEqual({ requestsPerSecond: 0, bytesPerSecond: 0, secondsLeft: null });
  });

  test("of requests and bytes is that of the last five seconds", () => {
    const pace = paceAfter(20, (second) => ({ requests: second < 15 ? 0 : (second - 15) * 40, textBytes: second * 1e6 }));
    expect(pace).toMatchObject({ requestsPerSecond: 40, bytesPerSecond: 1e6 });
  });

  test("estimates the time left from the last half minute", () => {
    expect(paceAfter(60, (second) => ({ targets: 1000, settled: second < 30 ? 0 : (second - 30) * 10 })).secondsLeft).toBe(70);
  });

  test.each([
    ["while nothing is settled", { targets: 1000, settled: 0 }],
    ["when nothing is left", { targets: 1000, settled: 1000 }],
  ])("tells nothing of what is left %s", (_, fields) => {
    expect(paceAfter(10, () => fields).secondsLeft).toBeNull();
  });

  test("is never negative, although the counts of a finishing batch may be missing for a moment", () => {
    expect(paceAfter(5, (second) => ({ requests: second < 5 ? 100 : 80 })).requestsPerSecond).toBe(0);
  });
});
