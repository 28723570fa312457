import { expect, test } from "vitest";
import { paintFor } from "../../../src/cli/paint.ts";
import { printPages, type SqlOutput } from "../../../src/cli/sql-print.ts";
import type { ReadPage } from "../../../src/store/read-query.ts";
import { anOutput } from "../../support/cli.ts";

const columns = [
  { name: "target", type: 25 },
  { name: "updates", type: 20 },
];

async function print(pages: readonly ReadPage[], output: SqlOutput): Promise<string> {
  const printed: string[] = [];
  for await (const piece of printPages(inTurn(pages), output, paintFor(anOutput(), { environment: {} }))) printed.push(piece);
  return printed.join("");
}

async function* inTurn(pages: readonly ReadPage[]): AsyncGenerator<ReadPage> {
  for (const page of pages) yield await Promise.resolve(page);
}

const two: ReadPage[] = [
  { columns, rows: [["AS1", "10"], ["AS22", null]] },
  { columns, rows: [["AS333333", "5"]] },
];

test("a table is as wide as its first page, and later rows stand under it all the same", async () => {
  expect(await print(two, "table")).toBe("target  updates\n------  -------\nAS1          10\nAS22\nAS333333        5\n(3 rows)\n");
});

test("a result without rows has its heading in a table and in CSV, and is an empty list in JSON", async () => {
  const none = [{ columns, rows: [] }];
  expect(await print(none, "table")).toBe("target  updates\n------  -------\n(0 rows)\n");
  expect(await print(none, "csv")).toBe("target,updates\n");
  expect(await print(none, "json")).toBe("[]\n");
});

test("CSV has one heading, however many pages come", async () => {
  expect(await print(two, "csv")).toBe("target,updates\nAS1,10\nAS22,\nAS333333,5\n");
});

test("JSON is one list over all pages", async () => {
  expect(JSON.parse(await print(two, "json"))).toEqual([
    { target: "AS1", updates: 10 },
    { target: "AS22", updates: null },
    { target: "AS333333", updates: 5 },
  ]);
});

test("columns that are called the same are told apart in JSON", async () => {
  const twice = [{ columns: [columns[0]!, columns[0]!], rows: [["a", "b"]] }];
  expect(JSON.parse(await print(twice, "json"))).toEqual([{ target: "a", target_2: "b" }]);
});
