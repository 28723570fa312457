import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, inject, test } from "vitest";
import { UID } from "../../../src/dashboards/dashboard.ts";

test("no program contains the dashboards or the library that builds them", () => {
  const folder = inject("programs");
  const programs = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  expect(programs.length).toBeGreaterThan(2);
  for (const name of programs) {
    const text = readFileSync(path.join(folder, name), "utf8");
    expect([name, text.includes("foundation-sdk"), text.includes(UID.oneSweep)]).toEqual([name, false, false]);
  }
});
