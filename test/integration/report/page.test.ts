import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { renderPage } from "../../../src/report/html/page.ts";
import { readReport } from "../../../src/report/read-report.ts";
import type { ReportData } from "../../../src/report/report-data.ts";
import { fillWindow } from "../../support/postgres/filled-window.ts";
import { aStore, DAY, type TestStore } from "../../support/postgres/store.ts";
import { browserIsHere, openFile, startBrowser } from "../../support/processes/browser.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";
import { aBatch, aReport, aSweepReport, aVerdict, BEGAN } from "../../unit/report/builders.ts";

const CHARTS = ["targets", "requests", "rows", "bytes", "in-flight", "memory", "durations", "sizes", "updates"];
const HOSTILE = `</script><img src=http://127.0.0.1:9/ onerror=alert(1)>`;

/** All that can be on a page: more than one sweep, memory that ran out, and names by strangers. */
const RICH = aReport({
  verdict: aVerdict({ state: "incomplete", settled: 998, failed: 1, missing: 1 }),
  sweeps: [
    aSweepReport({ memory: [aBatch(0, 50), aBatch(1, null, 128, true), aBatch(2, 200, 1024)], passes: [{ ...aSweepReport().passes[0]!, left: 2, outOfMemory: 1 }] }),
    aSweepReport({ name: "again", began: BEGAN + 3600, ended: BEGAN + 3700 }),
  ],
  largest: [{ target: HOSTILE, state: "ok", bytes: 268e6, updates: 1_191_349, seconds: 8.4, attempts: 1 }],
  unsettled: { byCode: [{ state: "failed", error: "server", targets: 1 }], targets: [{ target: HOSTILE.repeat(4), state: "failed", error: "server", detail: HOSTILE, httpStatus: 503, attempts: 3 }], missing: ["AS8"] },
  updates: { stepSeconds: 3600, starts: Array.from({ length: 24 }, (_, hour) => DAY.start + hour * 3600), types: [{ type: "A", updates: Array<number>(24).fill(60) }, { type: HOSTILE, updates: Array<number>(24).fill(40) }] },
});

let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  folder = await aFolder();
});

afterAll(() => folder.remove());

async function pageOf(data: ReportData, name: string): Promise<string> {
  const file = path.join(folder.path, `${name}.html`);
  await writeFile(file, renderPage(data, readFileSync(path.join(inject("programs"), "report-page.js"), "utf8")));
  return file;
}

describe.skipIf(!browserIsHere())("in a browser, a report", () => {
  let browser: Browser;
  let rich: string;

  beforeAll(async () => {
    browser = await startBrowser();
    rich = await pageOf(RICH, "rich");
  });

  afterAll(() => browser.close());

  test("draws each chart without errors or network requests, whatever targets are called", async () => {
    const { page, faults } = await openFile(browser, rich);
    for (const chart of CHARTS) {
      const places = page.locator(`[data-chart="${chart}"]`);
      expect(await places.count(), chart).toBe(["durations", "sizes", "updates"].includes(chart) ? 1 : 2);
      expect(await places.first().locator("svg path").count(), chart).toBeGreaterThan(3);
    }
    expect(faults).toEqual([]);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("td.name").first().innerText()).toBe(HOSTILE);
  });

  test("draws what was measured: ticks, names and limits", async () => {
    const { page } = await openFile(browser, rich);
    const textsOf = (chart: string): Promise<string[]> => page.locator(`[data-chart="${chart}"]`).first().locator("svg text").allTextContents();
    expect(await textsOf("memory")).toEqual(expect.arrayContaining(["ran out of memory", "#0", "#2", "128 MiB", "1 GiB"]));
    expect(await textsOf("in-flight")).toEqual(expect.arrayContaining(["host's limit", "8", "05:00:04"]));
    expect(await textsOf("updates")).toEqual(expect.arrayContaining(["A", HOSTILE, "90", "12:00"]));
    expect(await textsOf("durations")).toEqual(expect.arrayContaining(["ok", "empty", "1 s"]));
    // The heights of the two stacked bars of each hour are as what they stand for.
    const bars = `[data-chart="updates"] svg path[fill="var(--blue)"], [data-chart="updates"] svg path[fill="var(--amber)"]`;
    const heights: number[] = await page.evaluate(`[...document.querySelectorAll('${bars}')].map((path) => Math.round(path.getBBox().height))`);
    const tall = heights.filter((height) => height > 20).sort((one, other) => one - other);
    expect(tall).toHaveLength(48);
    expect(tall[47]! / tall[0]!).toBeCloseTo(1.5, 1);
  });

  test("describes each chart in words", async () => {
    const { page } = await openFile(browser, rich);
    for (const place of await page.locator("[data-chart]").all()) {
      expect(await place.getAttribute("role")).toBe("img");
      expect((await place.getAttribute("aria-label"))!.length).toBeGreaterThan(20);
    }
  });

  test("follows the reader's colour scheme, and its changes", async () => {
    const { page } = await openFile(browser, rich, { colorScheme: "light" });
    const looks = (): Promise<unknown> =>
      page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, getComputedStyle(document.querySelector('[data-chart] svg path[stroke=\"var(--blue)\"]')).stroke, getComputedStyle(document.querySelector('[data-chart] svg text')).fill]",
      );
    const light = (await looks()) as string[];
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = (await looks()) as string[];
    expect(dark.every((colour, index) => colour !== light[index])).toBe(true);
    await page.emulateMedia({ media: "print" });
    expect(((await looks()) as string[]).slice(1)).toEqual(light.slice(1));
  });

  test("fits a phone, and redraws its charts when the phone is turned", async () => {
    const { page, faults } = await openFile(browser, rich, { viewport: { width: 360, height: 740 } });
    const width = (): Promise<number> => page.evaluate("document.documentElement.scrollWidth");
    expect(await width()).toBe(360);
    const narrow = await page.locator("[data-chart] svg").first().getAttribute("width");
    await page.setViewportSize({ width: 740, height: 360 });
    await until("it is drawn again", async () => (await page.locator("[data-chart] svg").first().getAttribute("width")) !== narrow);
    expect(await width()).toBe(740);
    expect(faults).toEqual([]);
  });

  test("is printed without cutting a chart", async () => {
    const { page } = await openFile(browser, rich);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 690, height: 1000 });
    const cut = await page.evaluate(
      "[...document.querySelectorAll('[data-chart]')].filter((place) => { const svg = place.querySelector('svg').getBoundingClientRect(); const card = place.parentElement.getBoundingClientRect(); return svg.right > card.right || svg.bottom > card.bottom; }).length",
    );
    expect(cut).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(690);
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
  });

  test("can be read without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`file://${rich}`);
    const text = await page.locator("main").innerText();
    expect(text).toContain("998 of 1,000 targets are settled");
    expect(text).toContain("On average 7.3 of the 8 allowed requests");
    expect(text).toContain(HOSTILE);
  });
});

describe("of 80,000 targets a report", () => {
  let store: TestStore;
  let file: string;

  beforeAll(async () => {
    store = await aStore();
    const { datasetId } = await fillWindow(store.db, 80_000);
    const began = performance.now();
    const data = await readReport(store.db, { dataset: { id: datasetId, name: "bgp/filled" }, window: DAY, now: DAY.end + 86_400, version: "0.1.0" });
    process.stdout.write(`80,000 targets are read in ${Math.round(performance.now() - began)} ms\n`);
    file = await pageOf(data, "many");
  });

  afterAll(() => store.close());

  test("is less than 3 MB", () => {
    const { size } = statSync(file);
    process.stdout.write(`the page of 80,000 targets has ${size} bytes\n`);
    expect(size).toBeLessThan(3_000_000);
  });

  test.skipIf(!browserIsHere())("opens, with all its charts", async () => {
    const browser = await startBrowser();
    try {
      const { page, faults, milliseconds } = await openFile(browser, file);
      process.stdout.write(`the page of 80,000 targets is open, with all charts, after ${Math.round(milliseconds)} ms\n`);
      expect(faults).toEqual([]);
      expect(await page.locator("[data-chart] svg").count()).toBe(CHARTS.length);
      expect(await page.locator(".headline").innerText()).toContain("79,200 of 80,000 targets are settled (99.0\u00a0%)");
      expect(await page.locator("table.unsettled tbody tr").count()).toBe(100);
    } finally {
      await browser.close();
    }
  });
});
