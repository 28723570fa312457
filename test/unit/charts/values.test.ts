import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readPage, tableRows } from "../../support/docs/page.ts";

interface Schema {
  readonly type?: string;
  readonly additionalProperties?: boolean | object;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Leaf {
  readonly name: string;
  readonly value: unknown;
}

/** An empty mapping and a list are leaves. */
function leaves(value: unknown, name: string): readonly Leaf[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0) return [{ name, value }];
  return Object.entries(value).flatMap(([inner, of]) => leaves(of, name === "" ? inner : `${name}.${inner}`));
}

function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

describe("the chart's values", () => {
  const values = parse(readPage("charts/sluice/values.yaml")) as Readonly<Record<string, unknown>>;
  const schema = JSON.parse(readPage("charts/sluice/values.schema.json")) as Schema;

  test("are listed in the chart's README with their defaults", () => {
    const listed = tableRows(readPage("charts/sluice/README.md")).map(([name, fallback]) => [name, fallback]);
    expect(listed).toEqual(leaves(values, "").map(({ name, value }) => [`\`${name}\``, `\`${shown(value)}\``]));
  });

  test("are exactly those of the schema", () => {
    const known = (at: Schema, name: string): readonly string[] =>
      at.properties === undefined ? [name] : Object.entries(at.properties).flatMap(([inner, of]) => known(of, name === "" ? inner : `${name}.${inner}`));
    // helm adds `global` to the values of every chart.
    expect(known(schema, "").filter((name) => name !== "global").sort()).toEqual(leaves(values, "").map(({ name }) => name).sort());
  });

  test("cannot be misspelt at any depth", () => {
    const open = (at: Schema, name: string): readonly string[] => [
      ...(at.properties !== undefined && at.additionalProperties !== false ? [name] : []),
      ...Object.entries(at.properties ?? {}).flatMap(([inner, of]) => open(of, `${name}.${inner}`)),
    ];
    expect(open(schema, "values")).toEqual([]);
  });
});
