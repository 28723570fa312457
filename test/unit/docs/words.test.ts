import { expect, test } from "vitest";
import { isSettled, STATES } from "../../../src/model/states.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";

const page = readPage("docs/words.md");

function firstCodes(heading: string): string[] {
  return tableRows(section(page, heading)).flatMap(([first]) => codes(first!));
}

/** The members of a union of texts, from the source: a type leaves nothing behind to ask. */
function unionIn(file: string, name: string): string[] {
  const text = new RegExp(`export type ${name} =([^;]*);`).exec(readPage(file).replaceAll(/\/\/.*$/gm, "").replaceAll(/\/\*\*.*?\*\//g, ""))![1]!;
  return [...text.matchAll(/"([\w-]+)"/g)].map((match) => match[1]!);
}

test("the page lists every state of a target, and which of them are settled", () => {
  const rows = tableRows(section(page, "States of a target in a window"));
  expect(rows.map(([state, settled]) => [codes(state!)[0], settled])).toEqual(STATES.map((state) => [state, isSettled(state) ? "yes" : "no"]));
});

test("the page lists every error code, and no other", () => {
  expect(firstCodes("Codes").sort()).toEqual(unionIn("src/model/result.ts", "ErrorCode").sort());
});

test("the page lists every state of a window and every phase of a sweep", () => {
  expect(firstCodes("States of a window")).toEqual(unionIn("src/model/states.ts", "WindowState"));
  expect(firstCodes("Phases of a sweep").sort()).toEqual(unionIn("src/model/sweep.ts", "SweepPhase").sort());
});
