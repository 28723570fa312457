import { describe, expect, test } from "vitest";
import { bytes, count, memory, seconds } from "../../../../src/report/page/axis-labels.ts";
import { powersIn } from "../../../../src/report/page/histogram.ts";
import { optionOf } from "../../../../src/report/page/option-of.ts";
import { pointsOf } from "../../../../src/report/page/over-time.ts";
import { chartData, type ChartName } from "../../../../src/report/report-data.ts";
import { aBatch, aHistogram, aReport, aSweepReport, BEGAN, MiB } from "../builders.ts";

interface Series {
  readonly name: string;
  readonly data: readonly (readonly [number, number | null])[];
}

function seriesOf(chart: ChartName, data = chartData(aReport())): readonly Series[] {
  return optionOf(chart, data, 0)!["series"] as readonly Series[];
}

test("a value applies from the start of its bucket, and the last one to its end", () => {
  expect(pointsOf(aSweepReport().timeline!, [100, 110])).toEqual([
    [BEGAN * 1000, 100],
    [(BEGAN + 5) * 1000, 110],
    [(BEGAN + 10) * 1000, 110],
  ]);
});

test("the requests in flight are drawn with the limit", () => {
  const [flying, limit] = seriesOf("in-flight");
  expect(flying).toMatchObject({ name: "mean in flight", data: [[BEGAN * 1000, 7], [(BEGAN + 5) * 1000, 7.5], [(BEGAN + 10) * 1000, 7.5]] });
  expect(limit).toMatchObject({ name: "host's limit", data: [[BEGAN * 1000, 8], [(BEGAN + 5) * 1000, null], [(BEGAN + 10) * 1000, null]] });
});

test("a batch that ran out of memory is marked at its limit, and one that was not measured has no point", () => {
  const sweeps = [aSweepReport({ memory: [aBatch(0, 50), aBatch(1, null, 128, true), aBatch(2, 200, 256)] })];
  const [limit, peak, out] = seriesOf("memory", chartData(aReport({ sweeps })));
  expect(limit!.data).toEqual([[-0.5, 128 * MiB], [0.5, 128 * MiB], [1.5, 256 * MiB], [2.5, 256 * MiB]]);
  expect(peak!.data).toEqual([[0, 50 * MiB], [2, 200 * MiB]]);
  expect(out!.data).toEqual([[1, 128 * MiB]]);
});

test("limits far apart have a log scale", () => {
  const axis = (limits: readonly number[]): unknown => {
    const sweeps = [aSweepReport({ memory: limits.map((limit, index) => aBatch(index, 50, limit)) })];
    return (optionOf("memory", chartData(aReport({ sweeps })), 0)!["yAxis"] as { type: string }).type;
  };
  expect([axis([128, 256]), axis([128, 1024])]).toEqual(["value", "log"]);
});

describe("nothing is drawn", () => {
  const empty = aHistogram({ bins: [], quantiles: null });
  const nothing = chartData(
    aReport({ sweeps: [aSweepReport({ timeline: null, memory: [] })], durations: empty, sizes: empty, updates: { stepSeconds: 3600, starts: [], types: [] } }),
  );
  test.each<ChartName>(["targets", "requests", "rows", "bytes", "in-flight", "memory", "durations", "sizes", "updates"])("for %s where there is nothing", (chart) => {
    expect(optionOf(chart, nothing, 0)).toBeNull();
  });
});

test("ticks of a log scale are powers of ten, and their double and fivefold if there is room", () => {
  expect(powersIn(-2, 3.2)).toEqual([-2, -1, 0, 1, 2, 3]);
  expect(powersIn(0.4, 1.2).map((power) => Math.round(10 ** power))).toEqual([5, 10]);
});

test.each([
  [count(0), "0"],
  [count(1200), "1.2k"],
  [count(999.9), "1k"],
  [bytes(3e6), "3 MB"],
  [memory(128 * MiB), "128 MiB"],
  [memory(1024 * MiB), "1 GiB"],
  [seconds(0.02), "20 ms"],
  [seconds(4), "4 s"],
  [seconds(1000), "16.7 min"],
])("%s is the tick %s", (written, wanted) => {
  expect(written).toBe(wanted);
});
