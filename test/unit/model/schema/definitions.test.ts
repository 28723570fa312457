import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cronSweep } from "../../../../src/model/schema/cron-sweep.ts";
import { customResourceDefinitions, toStructuralSchema } from "../../../../src/model/schema/definitions.ts";
import { fieldAt, describe as describeSchema, type FieldSchema } from "../../../../src/model/schema/describe.ts";
import { cronSweepStatus, sweepStatus } from "../../../../src/model/schema/status.ts";
import { sweep } from "../../../../src/model/schema/sweep.ts";
import type { CronSweepStatus, StartingSweep, SweepObjectStatus, WindowRun } from "../../../../src/model/sweep-object.ts";

describe("definitions", () => {
  describe.for(customResourceDefinitions())("the definition of $spec.names.kind", ({ metadata, spec }) => {
    const [version] = spec.versions;
    const schema = version!.schema.openAPIV3Schema;

    test("is named after its plural and its group, and found by a short name and by `kubectl get sluice`", () => {
      expect(metadata.name).toBe(`${spec.names.plural}.sluice.dev`);
      expect([...spec.names.shortNames, ...spec.names.categories]).toEqual([spec.names.kind === "Sweep" ? "sw" : "csw", "sluice"]);
    });

    test("has columns for existing fields only, each of its field's type", () => {
      const columns = version!.additionalPrinterColumns.filter(({ jsonPath }) => !jsonPath.startsWith(".metadata"));
      const types = columns.map(({ name, jsonPath }) => [name, fieldAt(schema, jsonPath.split(".").slice(1))?.type]);
      const wanted = columns.map(({ name, type }) => [name, name === "Active" ? "array" : type === "date" ? "string" : type]);
      expect(types).toEqual(wanted);
    });

    test("requires a spec and nothing in status", () => {
      expect(schema.required).toEqual(["spec"]);
      expect(schema.properties!["status"]!.required).toBeUndefined();
    });

    test("restricts metadata by the name alone, since Kubernetes allows no more", () => {
      expect(Object.keys(schema.properties!["metadata"]!.properties!)).toEqual(["name"]);
    });

    test("keeps every field of what a newer controller may write in another form", () => {
      const whole = Object.entries(schema.properties!["status"]!.properties!).filter(([, field]) => field["x-kubernetes-preserve-unknown-fields"] === true);
      expect(whole.map(([name]) => name)).toEqual(spec.names.kind === "Sweep" ? ["frozen", "flow"] : []);
    });
  });

  test("every field of a Sweep's spec is immutable except suspend, host, prepare and batch.pods", () => {
    const spec = customResourceDefinitions()[1]!.spec.versions[0]!.schema.openAPIV3Schema.properties!["spec"]!;
    const guarded = spec["x-kubernetes-validations"]!.filter(({ rule }) => rule.includes("oldSelf")).map(({ fieldPath }) => fieldPath);
    const fields = Object.keys(spec.properties!).flatMap((name) => (name === "batch" ? Object.keys(spec.properties!["batch"]!.properties!).map((inner) => `.batch.${inner}`) : [`.${name}`]));
    expect([...guarded, ".suspend", ".host", ".prepare", ".batch.pods"].sort()).toEqual(fields.sort());
  });

  test("the API server keeps every field of status that the controller writes, and would prune any other", () => {
    // The compiler holds to it: a field of the type that the schema lacks is an error on one of these lines.
    const ofSweep: Readonly<Record<keyof SweepObjectStatus, unknown>> = sweepStatus.shape;
    const ofCronSweep: Readonly<Record<keyof CronSweepStatus, unknown>> = cronSweepStatus.shape;
    const ofWindows: Readonly<Record<keyof WindowRun, unknown>> = cronSweepStatus.shape.windows.unwrap().element.shape;
    const ofStarting: Readonly<Record<keyof StartingSweep, unknown>> = cronSweepStatus.shape.starting.unwrap().element.shape;
    const [cron, one] = customResourceDefinitions().map(({ spec }) => Object.keys(spec.versions[0]!.schema.openAPIV3Schema.properties!["status"]!.properties!));
    expect([Object.keys(ofSweep), Object.keys(ofCronSweep)]).toEqual([one, cron]);
    expect(Object.keys(ofWindows)).toContain("state");
    expect(Object.keys(ofStarting)).toContain("window");
  });
});

describe("structural", () => {
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

    test("has a type at every node, or passes the value through", () => {
      expect(nodes.filter(({ node }) => node.type === undefined && node["x-kubernetes-preserve-unknown-fields"] !== true)).toEqual([]);
    });

    test("uses nothing that a CustomResourceDefinition forbids", () => {
      expect(nodes.flatMap(({ path, node }) => Object.keys(node).filter((key) => !KEYS.includes(key)).map((key) => `${path}: ${key}`))).toEqual([]);
      expect(nodes.filter(({ node }) => node.properties !== undefined && node.additionalProperties !== undefined)).toEqual([]);
      expect(nodes.filter(({ node }) => node.additionalProperties === false)).toEqual([]);
    });

    test("bounds every string, list, map and number, so that the cost of a rule can be estimated", () => {
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

    test("stays far below the 200 KiB that kubectl apply can store", () => {
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
});
