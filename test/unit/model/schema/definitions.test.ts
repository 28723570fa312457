import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../../src/model/schema/definitions.ts";
import type { CronSweepStatus, StartingSweep, SweepObjectStatus, WindowRun } from "../../../../src/model/sweep-object.ts";
import { fieldAt } from "../../../../src/model/schema/describe.ts";
import { cronSweepStatus, sweepStatus } from "../../../../src/model/schema/status.ts";

describe.for(customResourceDefinitions())("the definition of $spec.names.kind", ({ metadata, spec }) => {
  const [version] = spec.versions;
  const schema = version!.schema.openAPIV3Schema;

  test("is named after its plural and its group, and found by a short name and by `kubectl get sluice`", () => {
    expect(metadata.name).toBe(`${spec.names.plural}.sluice.dev`);
    expect([...spec.names.shortNames, ...spec.names.categories]).toEqual([spec.names.kind === "Sweep" ? "sw" : "csw", "sluice"]);
  });

  test("has columns for fields that there are, each of its field's type", () => {
    const columns = version!.additionalPrinterColumns.filter(({ jsonPath }) => !jsonPath.startsWith(".metadata"));
    const types = columns.map(({ name, jsonPath }) => [name, fieldAt(schema, jsonPath.split(".").slice(1))?.type]);
    const wanted = columns.map(({ name, type }) => [name, name === "Active" ? "array" : type === "date" ? "string" : type]);
    expect(types).toEqual(wanted);
  });

  test("asks for a spec and for nothing of status", () => {
    expect(schema.required).toEqual(["spec"]);
    expect(schema.properties!["status"]!.required).toBeUndefined();
  });

  test("bounds metadata by the name alone: Kubernetes allows no more", () => {
    expect(Object.keys(schema.properties!["metadata"]!.properties!)).toEqual(["name"]);
  });

  test("keeps whole what the controller may write in another form one day", () => {
    const whole = Object.entries(schema.properties!["status"]!.properties!).filter(([, field]) => field["x-kubernetes-preserve-unknown-fields"] === true);
    expect(whole.map(([name]) => name)).toEqual(spec.names.kind === "Sweep" ? ["frozen", "flow"] : []);
  });
});

test("every field of a Sweep's spec is guarded against change but for suspend, host and batch.pods", () => {
  const spec = customResourceDefinitions()[1]!.spec.versions[0]!.schema.openAPIV3Schema.properties!["spec"]!;
  const guarded = spec["x-kubernetes-validations"]!.filter(({ rule }) => rule.includes("oldSelf")).map(({ fieldPath }) => fieldPath);
  const fields = Object.keys(spec.properties!).flatMap((name) => (name === "batch" ? Object.keys(spec.properties!["batch"]!.properties!).map((inner) => `.batch.${inner}`) : [`.${name}`]));
  expect([...guarded, ".suspend", ".host", ".batch.pods"].sort()).toEqual(fields.sort());
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
