import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { FOLDERS } from "../../architecture.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const rows = tableRows(section(readPage("docs/architecture.md"), "Folders of `src/`"));

test("the table of folders says what lint holds", () => {
  const listed = rows.map(([folder, imports]) => ({
    name: codes(folder!)[0],
    imports: imports!.split(", ").filter((one) => !one.endsWith("(T)")).flatMap(codes),
    types: imports!.split(", ").filter((one) => one.endsWith("(T)")).flatMap(codes),
  }));
  expect(listed).toEqual(FOLDERS.map(({ name, imports, types = [] }) => ({ name, imports, types })));
});

test("each folder of src has its sentence", () => {
  const folders = readdirSync(path.join(ROOT, "src"));
  expect(rows.map(([folder]) => codes(folder!)[0]!.split("/")[0])).toEqual(expect.arrayContaining(folders));
  expect(rows.filter(([, , sentence]) => !/^[A-Z].*\.$/.test(sentence!))).toEqual([]);
});

describe("a walk through the code", () => {
  test.for(["One target, from file to row", "One status, from event to object", "One error, from request to user"])("%s names at most 20 files, each once, and all of them exist", (title) => {
    const files = tableRows(section(readPage("docs/architecture.md"), title)).map(([file]) => codes(file!)[0]!);
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(20);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});
