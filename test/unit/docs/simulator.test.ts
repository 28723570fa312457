import { expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { simulatorOptions } from "../../../src/simulate/simulator-flags.ts";
import { blocks, codes, readPage, section, tableRows } from "../../support/docs/page.ts";

const page = readPage("docs/simulator.md");

test("the scenario that is shown is one, and shows every field", () => {
  const shown = JSON.parse(blocks(page, "json")[0]!) as object;
  const parsed = parseScenario(shown);
  expect(Object.keys(shown)).toEqual(Object.keys(parseScenario({})));
  expect(parsed).toMatchObject(shown);
});

test("every flag is told, and no other", () => {
  const told = tableRows(section(page, "Flags")).flatMap(([flags]) => codes(flags!)).map((flag) => flag.split(" ")[0]);
  expect(told.sort()).toEqual(simulatorOptions.map(({ flags }) => flags.split(" ")[0]).sort());
});

test("every fault is told, and no other", () => {
  const told = tableRows(section(page, "Faults")).flatMap(([what]) => codes(what!));
  const names = /export type FaultPlay =([^;]*?;[^]*?);\n\n/.exec(readPage("src/simulate/scenario.ts"))![1]!;
  expect(told).toEqual([...names.matchAll(/what: "([\w-]+)"/g)].map((match) => match[1]));
});
