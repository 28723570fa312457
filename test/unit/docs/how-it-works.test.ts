import { expect, test } from "vitest";
import { PROGRAM_EXIT } from "../../../src/model/exit-codes.ts";
import { readPage, section, tableRows } from "../../support/docs/page.ts";

test("the exit codes of the programs are those that they have", () => {
  const told = tableRows(section(readPage("docs/how-it-works.md"), "Exit codes")).map(([code]) => code);
  expect(told).toEqual([...Object.values(PROGRAM_EXIT).map(String), "else"]);
});
