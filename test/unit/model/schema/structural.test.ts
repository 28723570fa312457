import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cronSweep } from "../../../../src/model/schema/cron-sweep.ts";
import { describe as describeSchema, type FieldSchema } from "../../../../src/model/schema/describe.ts";
import { toStructuralSchema } from "../../../../src/model/schema/structural.ts";
import { sweep } from "../../../../src/model/schema/sweep.ts";

const KEYS = [
  "type", "description", "default", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties",
  "required", "properties", "additionalProperties", "items", "x-kubernetes-validations", "x-kubernetes-preserve-unknown-fields",
];

function nodesOf(schema: FieldSchema, path: string): readonly { path: string; node: FieldSchema }[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}).map(([name, node]) => ({ name, node })),
    ...(schema.items === undefined ? [] : [{ name: "[]", node: schema.items }]),
    ...(typeof schema.additionalProperties === "object" ? [{ name: "{}", node: schema.additionalProperties }] : []),
  ];
  return [{ path, node: schema }, ...inner.flatMap(({ name, node }) => nodesOf(node, `${path}.${name}`))];
}

describe.for([
  ["CronSweep", cronSweep.shape.spec],
  ["Sweep", sweep.shape.spec],
] as const)("the structural schema of a %s", ([name, spec]) => {
  const schema = toStructuralSchema(spec);
  const nodes = nodesOf(schema, name);

  test("has a type at every node, or says that it hands the value on", () => {
    expect(nodes.filter(({ node }) => node.type === undefined && node["x-kubernetes-preserve-unknown-fields"] !== true)).toEqual([]);
  });

  test("uses nothing that a CustomResourceDefinition forbids", () => {
    expect(nodes.flatMap(({ path, node }) => Object.keys(node).filter((key) => !KEYS.includes(key)).map((key) => `${path}: ${key}`))).toEqual([]);
    expect(nodes.filter(({ node }) => node.properties !== undefined && node.additionalProperties !== undefined)).toEqual([]);
    expect(nodes.filter(({ node }) => node.additionalProperties === false)).toEqual([]);
  });

  test("bounds every text, list, map and number, so that the cost of a rule can be estimated", () => {
    const handedOn = (node: FieldSchema) => node["x-kubernetes-preserve-unknown-fields"] === true;
    const unbounded = nodes.filter(
      ({ node }) =>
        (node.type === "string" && node.maxLength === undefined && node.enum === undefined) ||
        (node.type === "array" && node.maxItems === undefined) ||
        (node.additionalProperties !== undefined && node.maxProperties === undefined && !handedOn(node)) ||
        (node.type === "integer" && (node.minimum === undefined || node.maximum === undefined)),
    );
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test("describes every field", () => {
    const fields = nodes.filter(({ path }) => !/(\[\]|\{\})$/.test(path));
    expect(fields.filter(({ node }) => (node.description ?? "") === "").map(({ path }) => path)).toEqual([]);
  });

  test("has patterns that RE2 reads: no look-around and no back-reference", () => {
    const patterns = nodes.flatMap(({ node }) => node.pattern ?? []);
    expect(patterns.length).toBeGreaterThan(5);
    expect(patterns.filter((pattern) => /\(\?[=!<]|\\[1-9]/.test(pattern))).toEqual([]);
  });

  test("stays far under the 200 KiB that kubectl apply can keep", () => {
    expect(JSON.stringify(schema).length).toBeLessThan(40_000);
  });
});

test("defaults and rules survive, examples and JavaScript's own bounds do not", () => {
  const schema = z.strictObject({ a: z.int().default(3).meta({ description: "A.", examples: [4] }) }).meta({ "x-kubernetes-validations": [{ rule: "r", message: "m" }] });
  expect(describeSchema(schema).properties!["a"]!.examples).toEqual([4]);
  expect(toStructuralSchema(schema)).toEqual({
    type: "object",
    properties: { a: { type: "integer", default: 3, description: "A." } },
    "x-kubernetes-validations": [{ rule: "r", message: "m" }],
  });
});
