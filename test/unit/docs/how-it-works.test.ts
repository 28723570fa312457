import { expect, test } from "vitest";
import { PROGRAM_EXIT } from "../../../src/model/exit-codes.ts";
import { readPage, section, tableRows } from "../../support/docs/page.ts";

const PAGE = readPage("docs/how-it-works.md");

test("the table of exit codes lists those of the programs", () => {
  const listed = tableRows(section(PAGE, "Exit codes")).map(([code]) => code);
  expect(listed).toEqual([...Object.values(PROGRAM_EXIT).map(String), "else"]);
});
