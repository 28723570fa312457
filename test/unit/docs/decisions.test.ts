import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readPage, tableRows } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const RECORDS = readdirSync(path.join(ROOT, "docs/decisions")).filter((name) => name !== "README.md").sort();
const INDEX = readPage("docs/decisions/README.md").split(/^## /m).slice(1).flatMap(tableRows);

describe("a record has a number, a title, a status and the three sections", () => {
  test.each(RECORDS)("%s", (file) => {
    const lines = readPage(`docs/decisions/${file}`).split("\n").filter((line) => /^(#|Status:)/.test(line));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^# ${Number(file.slice(0, 4))}\\. \\S`)),
      expect.stringMatching(/^Status: (accepted|superseded by \d+)$/),
      "## Context",
      "## Decision",
      "## Consequences",
    ]);
  });
});

test("the numbers run from 1 without a gap", () => {
  expect(RECORDS.map((file) => Number(file.slice(0, 4)))).toEqual(RECORDS.map((_, index) => index + 1));
});

test("the index gives each record's number, title and status", () => {
  const listed = RECORDS.map((file) => {
    const page = readPage(`docs/decisions/${file}`);
    const [, number, title] = /^# (\d+)\. (.*)$/m.exec(page)!;
    return [number, `[${title}](${file})`, /^Status: (.*)$/m.exec(page)![1]];
  });
  expect(INDEX).toEqual(listed);
});
