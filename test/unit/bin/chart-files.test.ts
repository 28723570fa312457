import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { chartDashboards, chartDefinitions } from "../../../src/bin/chart-files.ts";
import { ROOT } from "../../support/root.ts";

describe("chart files", () => {
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
});

describe("chart definitions", () => {
  const CHART = path.join(ROOT, "charts/sluice");

  describe.for(chartDefinitions())("charts/sluice/$path", ({ path: file, text }) => {
    test("says what the schema says; else run `npm run charts`", () => {
      expect(readFileSync(path.join(CHART, file), "utf8")).toBe(text);
    });

    test("is under 200 KiB", () => {
      expect(Buffer.byteLength(text)).toBeLessThan(200 * 1024);
    });
  });

  test("there is no definition in the chart beside these", () => {
    expect(readdirSync(path.join(CHART, "templates/crds")).map((name) => `templates/crds/${name}`)).toEqual(chartDefinitions().map((file) => file.path));
  });

  test("the chart has the version of the program", () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(parse(readFileSync(path.join(CHART, "Chart.yaml"), "utf8"))).toMatchObject({ version, appVersion: version });
  });
});
