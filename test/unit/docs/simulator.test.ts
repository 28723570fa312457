import { expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { simulatorOptions } from "../../../src/simulate/simulator-flags.ts";
import { blocks, codes, readPage, section, tableRows } from "../../support/docs/page.ts";

const page = readPage("docs/simulator.md");

test("the scenario of the page is valid and has every field", () => {
  const shown = JSON.parse(blocks(page, "json")[0]!) as object;
  const parsed = parseScenario(shown);
  expect(Object.keys(shown)).toEqual(Object.keys(parseScenario({})));
  expect(parsed).toMatchObject(shown);
});

test("the page lists every flag, and no other", () => {
  const listed = tableRows(section(page, "Flags")).flatMap(([flags]) => codes(flags!)).map((flag) => flag.split(" ")[0]);
  expect(listed.sort()).toEqual(simulatorOptions.map(({ flags }) => flags.split(" ")[0]).sort());
});

test("the page lists every fault, and no other", () => {
  const listed = tableRows(section(page, "Faults")).flatMap(([what]) => codes(what!));
  const names = /export type FaultPlay =([^;]*?;[^]*?);\n\n/.exec(readPage("src/simulate/scenario.ts"))![1]!;
  expect(listed).toEqual([...names.matchAll(/what: "([\w-]+)"/g)].map((match) => match[1]));
});
