import { describe, expect, test } from "vitest";
import { renderLine, renderScreen, type Heading } from "../../../../src/cli/view/render.ts";
import { aSnapshot } from "./snapshots.ts";

const HEADING: Heading = { dataset: "default/demo", window: "2026-11-22", passes: 5 };
const PACE = { requestsPerSecond: 33.6, bytesPerSecond: 9.3e6, secondsLeft: 44 };
const REAL_ONE = aSnapshot({ targets: 80_000, settled: 79_999 });

describe("the live view", () => {
  test("shows where the sweep is, a line for each thing", () => {
    expect(renderScreen(HEADING, aSnapshot(), PACE, 120)).toEqual([
      "default/demo   2026-11-22   pass 1 of at most 5",
      "targets   █████████████████░░░░░░░░░░░  1,833 / 3,000 settled   61.1 %   about 44 s left",
      "asking    16 of 16 in flight   34 requests/s   9.3 MB/s   41 retries",
      "stored    104,865 rows   210.0 MB read, 21.0 MB over the wire",
      "memory    #14 44/128  #15 51/128 MiB",
      "",
    ]);
  });

  test.each([60, 80, 100, 200])("has as many lines, and none that a terminal of %d columns would wrap, whatever is shown", (columns) => {
    const snapshots = [
      aSnapshot(),
      REAL_ONE,
      aSnapshot({ phase: "Blocked", waitingFor: `The database\nis away: ${"x".repeat(300)}` }),
      aSnapshot({ batches: Array.from({ length: 16 }, (_, batch) => ({ batch: 1000 + batch, peakBytes: 2 ** 30, limitBytes: 2 ** 30 })) }),
      aSnapshot({ pass: 0, targets: 0, settled: 0, batches: [] }),
    ];
    for (const snapshot of snapshots) {
      const lines = renderScreen({ ...HEADING, dataset: "a".repeat(63) }, snapshot, PACE, columns);
      expect(lines).toHaveLength(6);
      expect(lines.join("").includes("\n")).toBe(false);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    }
  });

  test("shows how long it takes still on a terminal of 80 columns, also of the largest sweep", () => {
    expect(renderScreen(HEADING, REAL_ONE, { ...PACE, secondsLeft: 3599 }, 80)[1]).toBe(
      "targets   █████████░  79,999 / 80,000 settled   99.9 %   about 59 min 59 s left",
    );
  });

  test("has no bar where there is no room for one", () => {
    expect(renderScreen(HEADING, aSnapshot(), PACE, 60)[1]).toBe("targets   1,833 / 3,000 settled   61.1 %   about 44 s left");
  });

  const headings: Record<string, { snapshot: ReturnType<typeof aSnapshot>; shows: string }> = {
    "before the first pass": { snapshot: aSnapshot({ phase: "Preparing", pass: 0 }), shows: "preparing" },
    "while it is Blocked": { snapshot: aSnapshot({ phase: "Blocked", pass: 2 }), shows: "blocked" },
    "in the last pass": { snapshot: aSnapshot({ pass: 5 }), shows: "pass 5 of at most 5" },
    "before the verdict, after the last pass": { snapshot: aSnapshot({ pass: 6 }), shows: "pass 5 of at most 5" },
  };

  test.each(Object.entries(headings))("is headed %s", (_, { snapshot, shows }) => {
    expect(renderScreen(HEADING, snapshot, PACE, 120)[0]).toBe(`default/demo   2026-11-22   ${shows}`);
  });

  test("says what is waited for", () => {
    expect(renderScreen(HEADING, aSnapshot({ waitingFor: "throttled" }), PACE, 120).at(-1)).toBe("waiting   throttled");
  });
});

describe("the line for a log", () => {
  test("tells the same", () => {
    expect(renderLine(HEADING, aSnapshot(), PACE)).toBe(
      "default/demo 2026-11-22, pass 1 of at most 5: 1,833 of 3,000 settled, 16 of 16 in flight, 34 requests/s, 9.3 MB/s, 41 retries, 104,865 rows, " +
        "memory #14 44/128  #15 51/128 MiB, about 44 s left",
    );
  });

  test("is one line, also where what is waited for is not", () => {
    const line = renderLine(HEADING, aSnapshot({ waitingFor: "the database\nis away" }), { ...PACE, secondsLeft: null });
    expect(line.endsWith("MiB, waiting: the database\\nis away")).toBe(true);
  });
});
