import { describe, expect, test } from "vitest";
import { dashboards } from "../../../src/dashboards/dashboards.ts";
import { mistakesOf } from "../../support/dashboards/lint.ts";
import { asJson } from "../../support/dashboards/panels.ts";

const ALL = Object.entries(dashboards()).map(([name, dashboard]) => ({ name, dashboard: asJson(dashboard) }));

describe.for(ALL)("the dashboard $name", ({ dashboard }) => {
  test("has titles, descriptions and units, and queries only what exists", () => {
    expect(mistakesOf(dashboard)).toEqual([]);
  });

  test("fills the width in each line", () => {
    const widths = new Map<number, number>();
    for (const { gridPos } of dashboard.panels) widths.set(gridPos.y, (widths.get(gridPos.y) ?? 0) + gridPos.w);
    expect([...new Set(widths.values())]).toEqual([24]);
  });

  test("has panels of the same height in each line", () => {
    const heights = new Map<number, number>();
    for (const { gridPos, title } of dashboard.panels) {
      const height = heights.get(gridPos.y) ?? gridPos.h;
      expect([title, gridPos.h]).toEqual([title, height]);
      heights.set(gridPos.y, height);
    }
  });
});

test("no two dashboards share a uid", () => {
  expect(new Set(ALL.map(({ dashboard }) => dashboard.uid)).size).toBe(ALL.length);
});

test("links between dashboards lead to existing ones", () => {
  const uids = ALL.map(({ dashboard }) => dashboard.uid);
  const led = ALL.flatMap(({ dashboard }) => [...JSON.stringify(dashboard).matchAll(/\/d\/([a-z-]+)/g)].map((match) => match[1]));
  expect(new Set(led)).toEqual(new Set(uids));
});
