import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { chartDashboards } from "../../../src/bin/chart-files.ts";
import { ROOT } from "../../support/root.ts";

const CHART = path.join(ROOT, "charts/sluice");

describe.for(chartDashboards())("charts/sluice/$path", ({ path: file, text }) => {
  test("is what the code makes; else run `npm run charts`", () => {
    expect(readFileSync(path.join(CHART, file), "utf8")).toBe(text);
  });

  test("is far below the 1 MiB that a ConfigMap holds", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
  });
});

test("there is no dashboard in the chart beside these", () => {
  expect(readdirSync(path.join(CHART, "dashboards")).map((name) => `dashboards/${name}`).sort()).toEqual(chartDashboards().map((file) => file.path).sort());
});
