import { expect, test, describe } from "vitest";
import { paintFor } from "../../../src/cli/paint.ts";
import { printPages, type SqlOutput, cellCsv, cellJson, cellText } from "../../../src/cli/sql-print.ts";
import type { ReadPage } from "../../../src/store/read-query.ts";
import { anOutput } from "../../support/processes/in-process-cli.ts";

describe("sql print", () => {
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
});

describe("sql cells", () => {
  const BOOL = 16;
  const INT8 = 20;
  const TEXT = 25;
  const FLOAT8 = 701;
  const DATE = 1082;
  const TIMESTAMP = 1114;
  const TIMESTAMPTZ = 1184;
  const NUMERIC = 1700;
  const JSONB = 3802;

  describe("a cell", () => {
    const cases: Record<string, { cell: string; type: number; text: string; json: string }> = {
      "keeps each digit of a bigint": { cell: "9007199254740993", type: INT8, text: "9007199254740993", json: "9007199254740993" },
      "keeps a numeric as it is": { cell: "0.10", type: NUMERIC, text: "0.10", json: "0.10" },
      "is a text in JSON where a number is none": { cell: "NaN", type: NUMERIC, text: "NaN", json: '"NaN"' },
      "is a text in JSON where a number has no end": { cell: "-Infinity", type: FLOAT8, text: "-Infinity", json: '"-Infinity"' },
      "may have an exponent": { cell: "1e+30", type: FLOAT8, text: "1e+30", json: "1e+30" },
      "is a moment with its zone": { cell: "2026-11-20 06:00:00+00", type: TIMESTAMPTZ, text: "2026-11-20T06:00:00Z", json: '"2026-11-20T06:00:00Z"' },
      "keeps the fraction of a second": { cell: "2026-11-20 06:00:00.25+00", type: TIMESTAMPTZ, text: "2026-11-20T06:00:00.25Z", json: '"2026-11-20T06:00:00.25Z"' },
      "is a time without a zone": { cell: "2026-11-20 06:00:00", type: TIMESTAMP, text: "2026-11-20T06:00:00", json: '"2026-11-20T06:00:00"' },
      "is a day": { cell: "2026-11-20", type: DATE, text: "2026-11-20", json: '"2026-11-20"' },
      "is a moment that never comes": { cell: "infinity", type: TIMESTAMPTZ, text: "infinity", json: '"infinity"' },
      "is a truth": { cell: "f", type: BOOL, text: "false", json: "false" },
      "is JSON in JSON": { cell: '{"a": [1]}', type: JSONB, text: '{"a": [1]}', json: '{"a": [1]}' },
      "is a text that looks like a number": { cell: "007", type: TEXT, text: "007", json: '"007"' },
    };
    test.for(Object.entries(cases))("%s", ([, { cell, type, text, json }]) => {
      expect(cellText(cell, type)).toBe(text);
      expect(cellJson(cell, type)).toBe(json);
    });
  });

  describe("in CSV a cell", () => {
    const cases: Record<string, { cell: string | null; csv: string }> = {
      "is nothing where it is null": { cell: null, csv: "" },
      "is a pair of quotes where it is the empty text": { cell: "", csv: '""' },
      "is quoted for a comma": { cell: "a,b", csv: '"a,b"' },
      "is quoted for a quote, which is doubled": { cell: 'a"b', csv: '"a""b"' },
      "is quoted for a new line": { cell: "a\nb", csv: '"a\nb"' },
      "is as it is else": { cell: "AS3333", csv: "AS3333" },
      "shows what would steer a terminal": { cell: "a\u001b[2J\u202eb", csv: "a\\u001b[2J\\u202eb" },
    };
    test.for(Object.entries(cases))("%s", ([, { cell, csv }]) => {
      expect(cellCsv(cell, TEXT)).toBe(csv);
    });
  });

  test("for a spreadsheet a text is no formula, and a number stays one", () => {
    expect(cellCsv("=HYPERLINK(1,2)", TEXT, true)).toBe('"\'=HYPERLINK(1,2)"');
    expect(cellCsv("-5", TEXT, true)).toBe("'-5");
    expect(cellCsv("-5", 20, true)).toBe("-5");
    expect(cellCsv("=1", TEXT)).toBe("=1");
  });

  test("JSON has no raw character that would steer a terminal, and says the same", () => {
    for (const [cell, type] of [["a\u202e\u009b\u001b", TEXT], ['{"a\u202e": [1,\n 2]}', JSONB]] as const) {
      expect(cellJson(cell, type)).not.toMatch(/[\p{Cf}\u007f-\u009f]/u);
      expect(JSON.parse(cellJson(cell, type))).toEqual(type === TEXT ? cell : JSON.parse(cell));
    }
  });
});
