import { expect, test } from "vitest";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";

const page = readPage("docs/dependencies.md");
const manifest = JSON.parse(readPage("package.json")) as Record<string, Record<string, string>>;

test.each([
  ["Of the program", "dependencies"],
  ["Optional", "optionalDependencies"],
  ["For development", "devDependencies"],
])("%s: each has a reason, and no other is named", (heading, field) => {
  const rows = tableRows(section(page, heading));
  expect(rows.map(([name]) => codes(name!)[0])).toEqual(Object.keys(manifest[field]!));
  expect(rows.filter(([, reason]) => reason === "")).toEqual([]);
});

test("versions are exact, as the page says", () => {
  const versions = ["dependencies", "optionalDependencies", "devDependencies"].flatMap((field) => Object.values(manifest[field]!));
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test("the bases of the image are named by digest, so that two builds of one commit are the same", () => {
  const bases = [...readPage("Dockerfile").matchAll(/^ARG \w+=(\S*\/\S*:\S+)$/gm)].map(([, base]) => base);
  expect(bases).toHaveLength(2);
  for (const base of bases) expect(base).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/);
  expect([...readPage("Dockerfile").matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)).toEqual(["${BUILDER}", "${BASE}"]);
});
