import { Command } from "commander";
import { describe, expect, test } from "vitest";
import type { Cli } from "../../../src/cli/main.ts";
import { KUBECTL_SLUICE } from "../../../src/kubectl/commands.ts";
import { readPage, section } from "../../support/docs/page.ts";

const page = readPage("docs/kubectl.md");
const program = new Command();
for (const add of KUBECTL_SLUICE.commands) add(program, {} as Cli, () => Promise.resolve());

/** They are told once, for all. */
const EVERYWHERE = ["--namespace", "--context", "--kubeconfig"];

describe("each command of the plugin is told", () => {
  test.each(program.commands.map((command) => ({ name: command.name(), command })))("$name, with its options", ({ name, command }) => {
    const told = section(page, name);
    expect(command.options.map((option) => option.long!).filter((long) => !EVERYWHERE.includes(long) && !told.includes(long))).toEqual([]);
  });

  test("and no command that there is not", () => {
    expect([...page.matchAll(/^## ([a-z]+)$/gm)].map((match) => match[1])).toEqual(program.commands.map((command) => command.name()));
  });

  test("and the options that each has", () => {
    for (const option of EVERYWHERE) expect(page).toContain(option);
  });
});
