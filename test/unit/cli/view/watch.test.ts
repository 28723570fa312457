import { describe, expect, test } from "vitest";
import { SweepWatch, renderLine, renderScreen, type Heading, renderSummary } from "../../../../src/cli/view/watch.ts";
import type { SweepStatus } from "../../../../src/model/sweep.ts";
import { anOutput } from "../../../support/processes/in-process-cli.ts";
import { FakeClock, settled } from "../../../support/time/fake-clock.ts";
import { aCause, aRunning, MiB, totals } from "../../decide/builders.ts";
import { aSnapshot } from "./snapshots.ts";

describe("watch", () => {
  const HEADING = { dataset: "default/demo", window: "2026-11-22", passes: 5 };
  const driver = { status: aRunning(), running: () => Promise.resolve([]) };

  function follow(isTerminal: boolean, problem: string | null = null): { out: ReturnType<typeof anOutput>; clock: FakeClock; watch: SweepWatch; end: () => Promise<void> } {
    const out = anOutput({ isTerminal });
    const clock = new FakeClock();
    const watch = new SweepWatch(out, clock, () => problem);
    const stop = new AbortController();
    const following = watch.follow(driver, HEADING, stop.signal);
    return {
      out,
      clock,
      watch,
      end: async () => {
        stop.abort();
        await following;
      },
    };
  }

  /** What a terminal shows after what was written: it knows how to go up, and to erase to the end of a line or of the screen. */
  function shownBy(written: string): string[] {
    const lines: string[] = [];
    let row = 0;
    for (const [part] of written.matchAll(/\u001b\[\d*[A-Z]|\n|[^\u001b\n]+/g)) {
      const up = /^\u001b\[(\d+)A$/.exec(part);
      if (part === "\n") row += 1;
      else if (up !== null) row -= Number(up[1]);
      else if (part === "\u001b[J") lines.splice(row);
      else if (part !== "\u001b[K") lines[row] = part;
    }
    return lines;
  }

  describe("without a terminal", () => {
    test("names what the command itself waits for, before what the status says", async () => {
      const { out, clock, end } = follow(false, "the local Postgres");
      await clock.advance(3);
      expect(out.text()).toContain(", waiting: the local Postgres\n");
      await end();
    });

    test("writes a line after two seconds, and then every ten", async () => {
      const { out, clock, end } = follow(false);
      const lines = (): number => out.text().split("\n").length - 1;
      await clock.advance(1.9);
      expect(lines()).toBe(0);
      await clock.advance(0.2);
      expect(lines()).toBe(1);
      await clock.advance(9);
      expect(lines()).toBe(1);
      await clock.advance(1);
      expect(lines()).toBe(2);
      await clock.advance(60);
      expect(lines()).toBe(8);
      await end();
      expect(lines()).toBe(8);
      expect(out.text()).not.toContain("\u001b");
    });

    test("a sentence is a line", async () => {
      const { out, watch, end } = follow(false);
      watch.say("Batch 3 crashed.");
      await end();
      expect(out.text()).toBe("Batch 3 crashed.\n");
    });
  });

  describe("on a terminal", () => {
    test("redraws the view in place, and clears it at the end", async () => {
      const { out, clock, end } = follow(true);
      await clock.advance(3);
      const shown = shownBy(out.text());
      expect(shown).toHaveLength(5);
      expect(shown[0]).toBe("default/demo   2026-11-22   pass 1 of at most 5");
      await end();
      expect(shownBy(out.text())).toEqual([]);
    });

    test("prints a sentence above the view, where it stays", async () => {
      const { out, clock, watch, end } = follow(true);
      await clock.advance(1);
      watch.say("Pass 1: 3,000 targets unsettled, in 24 batches.");
      await clock.advance(1);
      expect(shownBy(out.text()).slice(0, 2)).toEqual(["Pass 1: 3,000 targets unsettled, in 24 batches.", "default/demo   2026-11-22   pass 1 of at most 5"]);
      await end();
      await settled();
      expect(shownBy(out.text())).toEqual(["Pass 1: 3,000 targets unsettled, in 24 batches."]);
    });
  });
});

describe("render", () => {
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
        expect(lines).toHaveLength(7);
        expect(lines.join("").includes("\n")).toBe(false);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      }
    });

    test("has room for the time left on 80 columns, even for the largest sweep", () => {
      expect(renderScreen(HEADING, REAL_ONE, { ...PACE, secondsLeft: 3599 }, 80)[1]).toBe(
        "targets   █████████░  79,999 / 80,000 settled   99.9 %   about 59 min 59 s left",
      );
    });

    test("has no bar if there is no room for one", () => {
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

    test("of selected targets counts these", () => {
      const [heading, targets] = renderScreen(HEADING, aSnapshot({ settled: 0, targets: 1, selectedFrom: 3000 }), { ...PACE, secondsLeft: null }, 120);
      expect(heading).toBe("default/demo   2026-11-22   pass 1 of at most 5   1 of 3,000 targets selected");
      expect(targets).toBe("targets   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0 / 1 selected settled   0.0 %");
      expect(renderLine(HEADING, aSnapshot({ settled: 0, targets: 1, selectedFrom: 3000 }), PACE)).toContain(": 0 of 1 selected settled, ");
    });

    test("says what it is waiting for", () => {
      const waitingFor = "127.0.0.1:9 is unhealthy (since 09:12:03, next probe 09:13:03 UTC): no connection to 127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9)";
      expect(renderScreen(HEADING, aSnapshot({ waitingFor: "all 8 slots are used" }), PACE, 120).slice(-2)).toEqual(["waiting   all 8 slots are used", ""]);
      expect(renderScreen(HEADING, aSnapshot({ waitingFor }), PACE, 100).slice(-2)).toEqual([
        "waiting   127.0.0.1:9 is unhealthy (since 09:12:03, next probe 09:13:03 UTC): no connection to ",
        "          127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9)",
      ]);
    });
  });

  describe("the line for a log", () => {
    test("shows the same", () => {
      expect(renderLine(HEADING, aSnapshot(), PACE)).toBe(
        "default/demo 2026-11-22, pass 1 of at most 5: 1,833 of 3,000 settled, 16 of 16 in flight, 34 requests/s, 9.3 MB/s, 41 retries, 104,865 rows, " +
          "memory #14 44/128  #15 51/128 MiB, about 44 s left",
      );
    });

    test("is one line, even if the reason for waiting has several", () => {
      const line = renderLine(HEADING, aSnapshot({ waitingFor: "the database\nis away" }), { ...PACE, secondsLeft: null });
      expect(line.endsWith("MiB, waiting: the database\\nis away")).toBe(true);
    });
  });
});

describe("summary", () => {
  const SWEPT = { dataset: "default/demo", window: "2026-11-22", files: ["demo.yaml"], hasOwnWindow: false, data: undefined, memoryMaxBytes: 1024 * MiB };

  function aFinished(fields: Partial<SweepStatus> = {}): SweepStatus {
    const sums = { ...aRunning().sums, batches: 25, requests: 3130, retries: 95, textBytes: 350e6, wireBytes: 29.4e6, rows: 104_865, anonPeak: 53 * MiB };
    return aRunning({ phase: "Complete", pass: 2, totals: totals({ targets: 3000, ok: 1002, empty: 1986, rejected: 12, updates: 1_548_336 }), verdict: "complete", sums, ...fields });
  }

  describe("the summary of a sweep", () => {
    test("says the verdict, the states that occur, and what it took", () => {
      expect(renderSummary(SWEPT, aFinished(), 28)).toEqual([
        "default/demo 2026-11-22 is complete: 3,000 of 3,000 targets are settled (ok 1,002, empty 1,986, rejected 12); 1,548,336 updates are stored.",
        "3,130 requests, 95 of them retries, 350.0 MB of text (29.4 MB over the wire), 104,865 rows, 25 batches in 2 passes, 28 s.",
        "The largest batch used 53 MiB of memory.",
      ]);
    });

    test("counts one pass and one batch as one", () => {
      const sums = { ...aFinished().sums, batches: 1 };
      expect(renderSummary(SWEPT, aFinished({ pass: 1, sums }), 3)[1]).toContain("1 batch in 1 pass, 3 s");
    });

    test("says so if there was nothing left to ask", () => {
      const { sums } = aRunning();
      expect(renderSummary(SWEPT, aFinished({ pass: 0, sums }), 0)).toHaveLength(2);
      expect(renderSummary(SWEPT, aFinished({ pass: 0, sums }), 0)[1]).toBe("There was nothing left to ask.");
    });

    test("of selected targets counts these beside the window", () => {
      const lines = renderSummary(SWEPT, aFinished({ selected: { targets: 1, settled: 0 }, causes: [aCause({ code: "connect", targets: 1, example: "AS7", detail: "no connection to 127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9)" })] }), 28);
      expect(lines[0]).toContain("3,000 of 3,000 targets are settled");
      expect(lines[1]).toBe("1 target was selected: 0 settled, 1 not.");
      expect(lines.at(-1)).toBe("1 × connect, e.g. AS7: no connection to 127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9). sluice rerun default/demo --window 2026-11-22");
    });

    test("ends with what is not settled and why, and the next command", () => {
      const causes = [aCause(), aCause({ code: "memory", targets: 2, example: "big one", detail: "out of memory alone in a batch with 1Gi" }), aCause({ code: "missing", targets: 1, example: "AS9", detail: "", at: "" })];
      expect(renderSummary({ ...SWEPT, data: "there" }, aFinished({ phase: "Incomplete", verdict: "incomplete", causes }), 28).slice(-3)).toEqual([
        "111 × declared-wrong, e.g. web-011: the answer declares 388 matches; 100 were found. sluice try demo.yaml --target web-011 --window 2026-11-22",
        "2 × memory, e.g. big one: out of memory alone in a batch with 1Gi. sluice rerun default/demo --window 2026-11-22 --state failed --memory 2Gi --data there",
        "1 target was never asked, e.g. AS9. sluice rerun default/demo --window 2026-11-22 --data there",
      ]);
    });

    test("says how many batches ran out of memory", () => {
      expect(renderSummary(SWEPT, aFinished({ sums: { ...aFinished().sums, outOfMemory: 2 } }), 28).at(-1)).toBe("The largest batch used 53 MiB of memory; 2 batches ran out of memory.");
    });
  });
});
