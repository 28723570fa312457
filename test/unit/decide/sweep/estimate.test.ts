import { expect, test } from "vitest";
import { estimate } from "../../../../src/decide/sweep/estimate.ts";
import { MiB } from "../builders.ts";

const HOST = { name: "stat.ripe.net:443", inFlight: 8, probeSeconds: 60, maxPauseSeconds: 900 };
const BATCH = { targets: 128, concurrency: 16, pods: 4, memoryBytes: 128 * MiB, memoryMaxBytes: 1024 * MiB };
const GRID = { everySeconds: 86_400, settleSeconds: 14_400 };

test("80,000 targets fit a day with 8 slots while an answer takes 8.64 s", () => {
  const plan = estimate({ targets: 80_000, unsettled: 80_000, grid: GRID, host: HOST, batch: BATCH });
  expect(plan).toMatchObject({ requests: 80_000, batches: 625, inFlight: 8, fitsUpToSeconds: 8.64, memoryBytes: 512 * MiB });
  expect(plan.durations).toEqual([
    { latencySeconds: 1, seconds: 10_000, fits: true },
    { latencySeconds: 2, seconds: 20_000, fits: true },
    { latencySeconds: 4, seconds: 40_000, fits: true },
    { latencySeconds: 8, seconds: 80_000, fits: true },
  ]);
  const twice = estimate({ targets: 80_000, unsettled: 80_000, grid: GRID, host: { ...HOST, inFlight: 16 }, batch: BATCH });
  expect(twice.fitsUpToSeconds).toBe(17.28);
});

test("the estimate says what does not fit between two windows", () => {
  const plan = estimate({ targets: 80_000, unsettled: 80_000, grid: { everySeconds: 21_600, settleSeconds: 0 }, host: HOST, batch: BATCH });
  expect(plan.durations.map((each) => each.fits)).toEqual([true, true, false, false]);
  expect(plan.fitsUpToSeconds).toBe(2.16);
});

test("one batch alone has at most its concurrency in flight, and only its own memory", () => {
  const plan = estimate({ targets: 80_000, unsettled: 100, grid: GRID, host: { ...HOST, inFlight: 64 }, batch: BATCH });
  expect(plan).toMatchObject({ requests: 100, batches: 1, inFlight: 16, memoryBytes: 128 * MiB });
});

test("three targets take as long as one, and three are in flight", () => {
  const plan = estimate({ targets: 3, unsettled: 3, grid: GRID, host: HOST, batch: BATCH });
  expect(plan).toMatchObject({ inFlight: 3, fitsUpToSeconds: 86_400 });
  expect(plan.durations.map(({ seconds }) => seconds)).toEqual([1, 2, 4, 8]);
});

test("if nothing is left it takes no time, whatever the latency", () => {
  const plan = estimate({ targets: 80_000, unsettled: 0, grid: GRID, host: HOST, batch: BATCH });
  expect(plan).toMatchObject({ requests: 0, batches: 0, memoryBytes: 0, fitsUpToSeconds: Infinity });
  expect(plan.durations.every((each) => each.seconds === 0 && each.fits)).toBe(true);
});

test("rows are a range, with its assumption", () => {
  const plan = estimate({ targets: 80_000, unsettled: 10, grid: GRID, host: HOST, batch: BATCH });
  expect(plan.rowsADay).toEqual({ least: 8_000_000, most: 48_000_000 });
  expect(plan.rowsAssume).toBe("100 to 600 rows for a target and day, as with the BGP updates of an AS");
});
