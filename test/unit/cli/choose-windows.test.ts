import { describe, expect, test } from "vitest";
import { resolveWindows, type WindowWish } from "../../../src/cli/choose-windows.ts";
import { readSweepFile } from "../../../src/cli/sweep-files.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { formatMoment } from "../../../src/model/moment.ts";
import type { SweepDocument } from "../../../src/model/schema/documents.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

function documentOf(text: string): SweepDocument {
  const { documents, problems } = readSweepFile("FILE", text);
  expect(problems).toEqual([]);
  return documents[0]!;
}

const TEMPLATE = 'provider: { name: ripestat, sourceapp: t }, targets: { list: [AS1] }, store: { retention: 60d }';
const cronSweep = documentOf(
  `{ apiVersion: sluice.dev/v1alpha1, kind: CronSweep, metadata: { name: daily }, spec: { schedule: "@daily", sweepTemplate: { spec: { ${TEMPLATE} } } } }`,
);
const sweepAt = (start: string): SweepDocument =>
  documentOf(`{ apiVersion: sluice.dev/v1alpha1, kind: Sweep, metadata: { name: one }, spec: { window: { start: "${start}" }, ${TEMPLATE} } }`);

function starts(document: SweepDocument, wish: WindowWish = {}): string[] {
  return resolveWindows(document, wish, { providers: PROVIDERS }, NOW).map(({ window }) => formatMoment(window.start));
}

describe("the windows of a CronSweep", () => {
  const cases: Record<string, { wish: WindowWish; starts: string[] }> = {
    "are the newest that has settled, where nothing is said": { wish: {}, starts: ["2026-11-22"] },
    "are the one that is named": { wish: { window: "2026-11-20" }, starts: ["2026-11-20"] },
    "are all from the first to the newest": { wish: { from: "2026-11-21" }, starts: ["2026-11-21", "2026-11-22"] },
    "are all from the first to the last, itself included": { wish: { from: "2026-11-18", to: "2026-11-19" }, starts: ["2026-11-18", "2026-11-19"] },
    "may be a single one of a range": { wish: { from: "2026-11-18", to: "2026-11-18" }, starts: ["2026-11-18"] },
  };
  test.for(Object.entries(cases))("%s", ([, { wish, starts: expected }]) => {
    expect(starts(cronSweep, wish)).toEqual(expected);
  });

  const refused: Record<string, { wish: WindowWish; sentence: RegExp }> = {
    "that is no cell of the grid": { wish: { window: "2026-11-20T06:00" }, sentence: /^No window starts at 2026-11-20T06:00:00Z: .* 2026-11-20 and 2026-11-21\.$/ },
    "that is not over": { wish: { window: "2026-11-23" }, sentence: /not over yet: the newest that can be asked is 2026-11-22/ },
    "that is older than what is kept": { wish: { window: "2026-09-01" }, sentence: /older than the retention of 60d/ },
    "before the provider's first data": { wish: { window: "2023-12-31" }, sentence: /before the provider's first data, 2024-01-01/ },
    "in a range of which one is too old": { wish: { from: "2026-09-01" }, sentence: /The window 2026-09-01 is older/ },
    "that is no date": { wish: { window: "yesterday" }, sentence: /"yesterday" is no start of a window/ },
    "in a range that goes backwards": { wish: { from: "2026-11-20", to: "2026-11-19" }, sentence: /^--to \(2026-11-19\) is before --from \(2026-11-20\)\.$/ },
    "in a range without a beginning": { wish: { to: "2026-11-20" }, sentence: /^--to needs --from/ },
    "in a range beside a window": { wish: { window: "2026-11-20", to: "2026-11-20" }, sentence: /one or the other/ },
  };
  test.for(Object.entries(refused))("are not one %s", ([, { wish, sentence }]) => {
    expect(() => starts(cronSweep, wish)).toThrow(SpecError);
    expect(() => starts(cronSweep, wish)).toThrow(sentence);
  });
});

describe("the window of a Sweep", () => {
  test("is the one that it names", () => {
    expect(starts(sweepAt("2026-11-20"))).toEqual(["2026-11-20"]);
  });

  test("is not chosen on the command line", () => {
    expect(() => starts(sweepAt("2026-11-20"), { window: "2026-11-21" })).toThrow("The Sweep one names its window itself (spec.window.start)");
  });

  test("must be askable too", () => {
    expect(() => starts(sweepAt("2026-11-24"))).toThrow("not over yet");
  });
});
