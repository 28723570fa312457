import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { SLUICE } from "../../../src/cli/commands.ts";
import type { Cli, Program } from "../../../src/cli/main.ts";
import { KUBECTL_SLUICE } from "../../../src/kubectl/commands.ts";
import { COMMAND_EXIT } from "../../../src/model/exit-codes.ts";
import { codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const page = readPage("docs/commands.md");
const program = withCommands(SLUICE);

function withCommands({ commands }: Program): Command {
  const built = new Command();
  // The commands only use the Cli when they run.
  for (const add of commands) add(built, {} as Cli, () => Promise.resolve());
  return built;
}

describe("each command has a section", () => {
  test.each(program.commands.map((command) => ({ name: command.name(), command })))("$name, with its options", ({ name, command }) => {
    const text = name === "simulate" ? `${section(page, name)}\n${readPage("docs/simulator.md")}` : section(page, name);
    const missing = command.options.map((option) => option.long!).filter((long) => !text.includes(long));
    // The page of the simulator does not repeat the options of every command.
    expect(missing.filter((long) => name !== "simulate" || long !== "--output")).toEqual([]);
  });

  test("and there is no section for anything else, in the order of --help", () => {
    const headings = [...page.matchAll(/^## ([a-z]+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(program.commands.map((command) => command.name()));
  });
});

describe("the table of both programs", () => {
  const rows = tableRows(section(page, "Both programs")).map(([names, onLaptop, onCluster]) => ({ names: names!.split(", "), onLaptop, onCluster }));

  test.each([
    ["sluice", SLUICE, ({ onLaptop }) => onLaptop !== "–"],
    ["kubectl sluice", KUBECTL_SLUICE, ({ onCluster }) => onCluster !== "–"],
  ] as [string, Program, (row: (typeof rows)[number]) => boolean][])("says which commands %s has", (_, hand, has) => {
    const named = rows.filter(has).flatMap(({ names }) => names);
    expect(named.toSorted()).toEqual(withCommands(hand).commands.map((command) => command.name()).toSorted());
  });

  test.each(rows.filter(({ names, onLaptop, onCluster }) => names.length === 1 && onLaptop !== "–" && onCluster !== "–"))("$names has the options that it names, on each", ({ names: [name], onLaptop, onCluster }) => {
    for (const [hand, text] of [[SLUICE, onLaptop], [KUBECTL_SLUICE, onCluster]] as const) {
      const long = withCommands(hand).commands.find((command) => command.name() === name)!.options.map((option) => option.long);
      expect([...text!.matchAll(/--[a-z-]+/g)].map(([option]) => option).filter((option) => !long.includes(option))).toEqual([]);
    }
  });
});

test("the exit codes are those that commands have", () => {
  expect(tableRows(section(page, "Exit codes")).map(([code]) => Number(code))).toEqual(Object.values(COMMAND_EXIT));
});

test("every variable of the environment that the code reads is described", () => {
  const read = globSync("src/**/*.ts", { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(path.join(ROOT, file), "utf8").matchAll(/\benv(?:ironment)?\["(\w+)"\]/g)].map((match) => match[1]!.toUpperCase()),
  );
  const described = codes(section(page, "Environment")).map((code) => code.split("=")[0]);
  expect([...new Set(read)].filter((name) => !described.includes(name))).toEqual([]);
});
