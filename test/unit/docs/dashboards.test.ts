import { expect, test } from "vitest";
import { parse } from "yaml";
import { dashboards } from "../../../src/dashboards/dashboards.ts";
import { asJson } from "../../support/dashboards/panels.ts";
import { blocks, readPage, section, tableRows } from "../../support/docs/page.ts";

const PAGE = readPage("docs/dashboards.md");

test("the page names the rows of Sweeps in their order", () => {
  const rows = asJson(dashboards().sweeps).panels.filter(({ type }) => type === "row").map(({ title }) => title);
  expect(tableRows(section(PAGE, "What they show")).map(([name]) => name)).toEqual(["at the top", ...rows]);
});

test("the page gives the default time range of each dashboard", () => {
  const ranges = { Sweeps: "last 24 hours", "One sweep": "last 12 hours", Data: "last 8 days" };
  for (const [name, words] of Object.entries(ranges)) expect(section(PAGE, "What they show")).toMatch(new RegExp(`\\*\\*${name}\\*\\* \\([^)]*${words}`));
  expect(Object.values(dashboards()).map(({ title, time }) => `${title!.replace("Sluice / ", "")}: ${time!.from}`)).toEqual(["Sweeps: now-24h", "One sweep: now-12h", "Data: now-8d/d"]);
});

test("the page names existing values of the chart", () => {
  const values = parse(readPage("charts/sluice/values.yaml")) as Record<string, unknown>;
  const named = [...PAGE.matchAll(/`?(dashboards(?:\.[a-zA-Z]+)+)/g)].map((match) => match[1]!).filter((name) => !PAGE.includes(`sidecar.${name}`));
  expect(named.length).toBeGreaterThan(3);
  const lost = named.filter((name) => name.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], values) === undefined);
  expect(lost).toEqual([]);
});

test("the page's YAML is valid", () => {
  const pieces = blocks(PAGE, "yaml").map((text) => parse(text) as Record<string, unknown>);
  expect(pieces.map((piece) => Object.keys(piece))).toEqual([["grafana"], ["apiVersion", "datasources"]]);
  const [source] = pieces[1]!["datasources"] as [{ type: string }];
  expect(source.type).toBe("grafana-postgresql-datasource");
});
