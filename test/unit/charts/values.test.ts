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

/** A mapping without entries is a value, and so is a list. */
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

  test("stand in the chart's README with their defaults", () => {
    const told = tableRows(readPage("charts/sluice/README.md")).map(([name, fallback]) => [name, fallback]);
    expect(told).toEqual(leaves(values, "").map(({ name, value }) => [`\`${name}\``, `\`${shown(value)}\``]));
  });

  test("are each known to the schema, which knows no others", () => {
    const known = (at: Schema, name: string): readonly string[] =>
      at.properties === undefined ? [name] : Object.entries(at.properties).flatMap(([inner, of]) => known(of, name === "" ? inner : `${name}.${inner}`));
    // helm puts `global` into every chart's values.
    expect(known(schema, "").filter((name) => name !== "global").sort()).toEqual(leaves(values, "").map(({ name }) => name).sort());
  });

  test("may hold nothing misspelt at any depth", () => {
    const open = (at: Schema, name: string): readonly string[] => [
      ...(at.properties !== undefined && at.additionalProperties !== false ? [name] : []),
      ...Object.entries(at.properties ?? {}).flatMap(([inner, of]) => open(of, `${name}.${inner}`)),
    ];
    expect(open(schema, "values")).toEqual([]);
  });
});
