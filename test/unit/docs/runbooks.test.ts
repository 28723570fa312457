import { readdirSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SLUICE } from "../../../src/cli/commands.ts";
import type { Cli, Program } from "../../../src/cli/main.ts";
import { READY_QUERIES } from "../../../src/cli/ready-queries.ts";
import { REASON } from "../../../src/decide/reasons.ts";
import { KUBECTL_SLUICE } from "../../../src/kubectl/commands.ts";
import { rawRules } from "../../support/alerts/rule-files.ts";
import { METRICS } from "../../support/dashboards/metrics.ts";
import { blocks, codes, readPage, section, tableRows } from "../../support/docs/page.ts";
import { commandsOf, runbooks } from "../../support/docs/runbooks.ts";
import { ROOT } from "../../support/root.ts";

const PAGES = runbooks();
const INDEX = readPage("docs/runbooks/README.md");
const VALUES = parse(readPage("charts/sluice/values.yaml")) as Readonly<Record<string, unknown>>;
const FIELDS = readPage("docs/fields.md");
const rules = rawRules();

function withoutActions({ commands }: Program): Command {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const add of commands) add(program, {} as Cli, () => Promise.resolve());
  return program;
}

/** Why our command lines refuse a command, without running it; null if they accept it, or if it is another program's. */
function refusalOf(command: string): string | null {
  const [, called, rest] = /^(kubectl sluice|sluice) (.*)$/.exec(command) ?? [];
  if (called === undefined) return null;
  try {
    withoutActions(called === "sluice" ? SLUICE : KUBECTL_SLUICE).parse(rest!.split(" "), { from: "user" });
    return null;
  } catch (error) {
    return `${command}: ${(error as Error).message}`;
  }
}

function valueAt(name: string): unknown {
  return name.split(".").reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>> | undefined)?.[part], VALUES);
}

test("every alert has a page, and every page an alert", () => {
  expect(PAGES.map(({ name }) => name).sort()).toEqual(rules.map(({ alert }) => alert).sort());
});

test("the index lists them all, with their severity", () => {
  const listed = tableRows(INDEX).map(([link, severity]) => [/^\[(\w+)\]\(\1\.md\)$/.exec(link!)?.[1], severity]);
  expect(listed.sort()).toEqual(rules.map(({ alert, labels }) => [alert, labels.severity]).sort());
});

test("the operations page links to them", () => {
  expect(readPage("docs/operations.md")).toContain("](runbooks/README.md)");
});

describe.each(PAGES)("$name", ({ name, page }) => {
  // Without fenced blocks, whose fences are backticks too.
  const words = codes(page.replaceAll(/^```[^]*?^```$/gm, ""));

  test("says what it means, how to check, what to do, and when to ignore it", () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([name, "What it means", "How to check", "What to do", "When to ignore it"]);
    for (const heading of headings.slice(1)) expect(section(page, heading!).trim()).not.toBe("");
    expect(page.split("\n")[2]).toMatch(new RegExp(`^${rules.find(({ alert }) => alert === name)!.labels.severity}\\. `));
  });

  test("names the values that set its thresholds", () => {
    const thresholds = [...JSON.stringify(rules.find(({ alert }) => alert === name)!).matchAll(/<<(\w+\.\w+)>>/g)].map(([, word]) => `alerts.${word!}`);
    expect([...new Set(thresholds)].filter((word) => !page.includes(`\`${word}`) && !page.includes(`\`${word.split(".").at(-1)!}\``))).toEqual([]);
  });

  test("has only existing commands", () => {
    expect(commandsOf(page).map(refusalOf).filter((refusal) => refusal !== null)).toEqual([]);
    for (const [, ready] of page.matchAll(/--ready (\w+)/g)) expect(READY_QUERIES.map((query) => query.name)).toContain(ready);
    for (const [, reason] of page.matchAll(/reason=(\w+)/g)) expect(Object.values(REASON)).toContain(reason);
  });

  test("has only existing fields and values", () => {
    const dotted = words.map((code) => /^([a-z]\w*(?:\.[a-z]\w*)+)(?=$|:)/.exec(code)?.[1]).filter((code) => code !== undefined);
    const lost = dotted.filter((code) => {
      const [group, ...rest] = code.split(".");
      if (group === "sluice") return !readPage("docs/data-model.md").includes(`### ${code}`);
      if (valueAt(code) !== undefined) return false;
      const [leaf, above] = [rest.at(-1)!, [group, ...rest.slice(0, -1)].join(".")];
      const heading = ["catchUp"].includes(group!) ? `spec.${above}` : above;
      return !FIELDS.includes(`\n### ${heading}\n`) || !section(FIELDS, heading).includes(`| \`${leaf}\` |`);
    });
    expect(lost).toEqual([]);
  });

  test("queries only existing metrics", () => {
    const read = [...blocks(page, "promql"), ...words].flatMap((text) => [...text.matchAll(/\bsluice_\w+/g)].map(([metric]) => metric));
    expect(read.filter((metric) => !METRICS.has(metric))).toEqual([]);
  });

  test("names existing panels", () => {
    const named = [...page.matchAll(/(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)/g)].map(([, title]) => title!).filter((title) => title !== "Status / Targets");
    expect(named.filter((title) => !titles.has(title))).toEqual([]);
  });
});

const titles = new Set<string>();
for (const file of readdirSync(path.join(ROOT, "charts/sluice/dashboards")).filter((name) => name.endsWith(".json"))) {
  for (const [, title] of readPage(`charts/sluice/dashboards/${file}`).matchAll(/"title": ?"([^"]+)"/g)) titles.add(title!);
}
