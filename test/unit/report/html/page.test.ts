import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { renderPage } from "../../../../src/report/html/page.ts";
import { headline, stateWord } from "../../../../src/report/html/verdict-section.ts";
import type { ReportData } from "../../../../src/report/report-data.ts";
import { aBatch, aHistogram, aReport, aSweepReport, aVerdict, BEGAN } from "../builders.ts";

const SCRIPT = "draw();";
const HOSTILE = `</script><img src=x onerror=alert(1)>"'&`;

/** What a reader without JavaScript and styles sees. */
function textOf(data: ReportData): string {
  return renderPage(data, SCRIPT)
    .replaceAll(/<(style|script)[^]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("\u00a0", " ")
    .replaceAll(/\s+/g, " ");
}

describe("the verdict comes first", () => {
  const stories: Record<string, { data: ReportData; says: string }> = {
    "of a window that is complete": { data: aReport(), says: "complete: All 1,000 targets are settled." },
    "of a window that is usable": {
      data: aReport({ verdict: aVerdict({ state: "usable", settled: 999, failed: 1 }) }),
      says: "usable: 999 of 1,000 targets are settled (99.9 %).",
    },
    "of a window that is incomplete": {
      data: aReport({ verdict: aVerdict({ state: "incomplete", settled: 750, failed: 50, missing: 200 }) }),
      says: "incomplete: 750 of 1,000 targets are settled (75.0 %).",
    },
    "of a window whose sweep runs": {
      data: aReport({ verdict: aVerdict({ state: "incomplete", settled: 250, missing: 750 }), sweeps: [aSweepReport({ ended: null, verdict: null })] }),
      says: "running: So far 250 of 1,000 targets are settled (25.0 %).",
    },
    "of a complete window that is asked again": {
      data: aReport({ sweeps: [aSweepReport(), aSweepReport({ ended: null, verdict: null })] }),
      says: "running: So far 1,000 of 1,000 targets are settled (100.0 %).",
    },
    "of a window that is being prepared for the first time": {
      data: aReport({ verdict: null, sweeps: [aSweepReport({ ended: null, verdict: null, selected: null, batches: 0, sums: null, timeline: null, memory: [], nearestToLimit: null, passes: [] })] }),
      says: "running: The sweep is being prepared; its targets are not known yet.",
    },
  };
  test.for(Object.entries(stories))("%s", ([, { data, says }]) => {
    expect(`${stateWord(data)}: ${headline(data)}`).toBe(says);
    expect(textOf(data)).toContain(headline(data));
  });
});

describe("the page says in words", () => {
  const stories: Record<string, { data: ReportData; says: string[] }> = {
    "how long it took, how much it stored and how close it came to the limit": {
      data: aReport(),
      says: ["Time 40 s", "Updates 100 stored", "Rows 12,345 written", "Peak memory 50 of 128 MiB 39.0 % of its limit, batch 0", "One sweep, 2026-11-21 05:00:00 to 05:00:40 UTC."],
    },
    "that nothing failed": { data: aReport(), says: ["Unsettled targets None."] },
    "what is not settled, with code and detail": {
      data: aReport({
        verdict: aVerdict({ state: "incomplete", settled: 998, failed: 1, missing: 1 }),
        unsettled: {
          byCode: [{ state: "failed", error: "server", targets: 1 }],
          targets: [{ target: "AS7", state: "failed", error: "server", detail: "HTTP 503, three times", httpStatus: 503, attempts: 3 }],
          missing: ["AS8"],
        },
      }),
      says: ["AS7 failed server 503 3 HTTP 503, three times", "Without a result: AS8 .", "2 targets are not settled, 1 of them never asked.", "sluice rerun bgp/ripestat-daily"],
    },
    "that a sweep is not finished": { data: aReport({ sweeps: [aSweepReport({ ended: null, verdict: null })] }), says: ["The newest sweep is running, or was interrupted.", "at 2026-11-21 06:00 UTC", "Time so far 1 h 0 min"] },
    "that memory ran out": {
      data: aReport({
        sweeps: [aSweepReport({ memory: [aBatch(0, 127, 128, true)], nearestToLimit: null, passes: [{ ...aSweepReport().passes[0]!, outOfMemory: 1 }] })],
      }),
      says: ["1 batch ran out of memory; its targets were packed into smaller batches with more memory.", "1 ran out of memory.", "Peak memory not measured"],
    },
    "what a database from before samples cannot show": {
      data: aReport({ isMeasured: false, sweeps: [aSweepReport({ sums: null, timeline: null, memory: [], nearestToLimit: null })] }),
      says: ["Speed and memory of this sweep are not known. The database was last used by a version of Sluice that did not measure batches.", "Rows not measured", "Passes Each pass asks the targets that the last one left unsettled."],
    },
    "which sweeps there were, in order": {
      data: aReport({ sweeps: [aSweepReport(), aSweepReport({ name: "again", began: BEGAN + 600, ended: BEGAN + 700, selected: 0, batches: 0, passes: [], sums: null, timeline: null })], olderSweeps: 3 }),
      says: ["Sweep 4 of 5 bgp/daily-20261120", "Sweep 5 of 5 bgp/again", "No target was left to ask.", "3 older sweeps of this window are not shown."],
    },
    "which sweeps sent no request": { data: aReport({ idleSweeps: 2 }), says: ["The sweep bgp/daily-20261120", "2 sweeps of this window sent no request: every target was settled, or the list of targets was refused."] },
    "that no target has an answer": {
      data: aReport({ durations: aHistogram({ bins: [], quantiles: null }), sizes: aHistogram({ bins: [], quantiles: null }), largest: [], updates: { stepSeconds: 3600, starts: [], types: [] } }),
      says: ["No target has an answer yet.", "No updates are stored for this window."],
    },
    "that times are in UTC": { data: aReport(), says: ["Times are in UTC."] },
  };
  test.for(Object.entries(stories))("%s", ([, { data, says }]) => {
    const text = textOf(data);
    for (const sentence of says) expect(text).toContain(sentence);
  });
});

describe("whatever targets are called", () => {
  const data = aReport({
    dataset: HOSTILE,
    verdict: aVerdict({ state: "incomplete", settled: 998, failed: 1, missing: 1 }),
    largest: [{ target: HOSTILE, state: "ok", bytes: 1, updates: 1, seconds: 1, attempts: 1 }],
    unsettled: { byCode: [{ state: "failed", error: HOSTILE, targets: 1 }], targets: [{ target: HOSTILE, state: "failed", error: HOSTILE, detail: HOSTILE, httpStatus: 200, attempts: 1 }], missing: [HOSTILE] },
    updates: { stepSeconds: 3600, starts: [BEGAN], types: [{ type: HOSTILE, updates: [1] }] },
    sweeps: [aSweepReport({ name: HOSTILE })],
  });

  test("their names create no element", () => {
    const page = renderPage(data, SCRIPT);
    expect(page).not.toContain("<img");
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });

  test("the data of the charts is unchanged", () => {
    const json = /<script type="application\/json" id="report-data">([^]*?)<\/script>/.exec(renderPage(data, SCRIPT))![1]!;
    expect(JSON.parse(json)).toMatchObject({ updates: data.updates });
  });

  test("no script but the page's own may run, and nothing is loaded from anywhere", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(renderPage(data, SCRIPT))![1]!.replaceAll("&#39;", "'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`);
    expect(/script-src [^;]*unsafe/.test(policy)).toBe(false);
  });
});
