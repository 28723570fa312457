import { expect, test } from "vitest";
import { renderMetrics } from "../../../src/metrics/render-docs.ts";
import { readPage } from "../../support/docs/page.ts";

test("docs/metrics.md is up to date; else run `npm run docs`", () => {
  expect(readPage("docs/metrics.md")).toBe(renderMetrics());
});
