import { Command } from "commander";
import { describe, expect, test } from "vitest";
import type { Cli } from "../../../src/cli/main.ts";
import { KUBECTL_SLUICE } from "../../../src/kubectl/commands.ts";
import { readPage, section } from "../../support/docs/page.ts";

const page = readPage("docs/kubectl.md");
const program = new Command();
for (const add of KUBECTL_SLUICE.commands) add(program, {} as Cli, () => Promise.resolve());

/** Options of every command, described once. */
const EVERYWHERE = ["--namespace", "--context", "--kubeconfig"];

describe("each command of the plugin has a section", () => {
  test.each(program.commands.map((command) => ({ name: command.name(), command })))("$name, with its options", ({ name, command }) => {
    const text = section(page, name);
    expect(command.options.map((option) => option.long!).filter((long) => !EVERYWHERE.includes(long) && !text.includes(long))).toEqual([]);
  });

  test("and there is no section for anything else, in the order of --help", () => {
    expect([...page.matchAll(/^## ([a-z]+)$/gm)].map((match) => match[1])).toEqual(program.commands.map((command) => command.name()));
  });

  test("and the page names the options of every command", () => {
    for (const option of EVERYWHERE) expect(page).toContain(option);
  });
});
