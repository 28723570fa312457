import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { renderFields } from "../../../../src/model/schema/render-docs.ts";
import { PROVIDERS } from "../../../../src/providers/registry.ts";

test("docs/fields.md is up to date; if not, run `npm run docs`", () => {
  const written = readFileSync(path.resolve(import.meta.dirname, "../../../../docs/fields.md"), "utf8");
  expect(written).toBe(renderFields(PROVIDERS));
});
