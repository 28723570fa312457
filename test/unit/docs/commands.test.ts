import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { SLUICE } from "../../../src/cli/commands.ts";
import type { Cli } from "../../../src/cli/main.ts";
import { COMMAND_EXIT } from "../../../src/model/exit-codes.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const page = readPage("docs/commands.md");
const program = new Command();
// How a command is called does not depend on the machine: only its work would ask for it.
for (const add of SLUICE.commands) add(program, {} as Cli, () => Promise.resolve());

describe("each command is told", () => {
  test.each(program.commands.map((command) => ({ name: command.name(), command })))("$name, with its options", ({ name, command }) => {
    const told = name === "simulate" ? `${section(page, name)}\n${readPage("docs/simulator.md")}` : section(page, name);
    const untold = command.options.map((option) => option.long!).filter((long) => !told.includes(long));
    // The simulator's page does not repeat what every command has.
    expect(untold.filter((long) => name !== "simulate" || long !== "--output")).toEqual([]);
  });

  test("and no command that there is not", () => {
    const headings = [...page.matchAll(/^## ([a-z]+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(program.commands.map((command) => command.name()));
  });
});

test("the exit codes are those that commands have", () => {
  expect(tableRows(section(page, "Exit codes")).map(([code]) => Number(code))).toEqual(Object.values(COMMAND_EXIT));
});

test("every variable of the environment that is read is told", () => {
  const read = globSync("src/**/*.ts", { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(path.join(ROOT, file), "utf8").matchAll(/\benv(?:ironment)?\["(\w+)"\]/g)].map((match) => match[1]!.toUpperCase()),
  );
  const told = codes(section(page, "Environment")).map((code) => code.split("=")[0]);
  expect([...new Set(read)].filter((name) => !told.includes(name))).toEqual([]);
});
