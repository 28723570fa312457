import { describe, expect, test } from "vitest";
import { resolveWindows } from "../../../src/cli/choose-windows.ts";
import type { CronSweepObject } from "../../../src/controller/resources.ts";
import { acceptedCronSweep } from "../../../src/kubectl/accepted.ts";
import { SpecError } from "../../../src/model/errors.ts";

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

function aCronSweep(schedule: string): CronSweepObject {
  const template = { provider: { name: "ripestat" }, targets: { configMap: { name: "lists", key: "asns.txt" } }, store: { secretRef: { name: "db", key: "uri" } } };
  return { metadata: { name: "daily", namespace: "bgp" }, spec: { schedule, sweepTemplate: { spec: template } } } as unknown as CronSweepObject;
}

describe("a CronSweep of the cluster", () => {
  test("may take its targets from a ConfigMap, for each window that a command chooses", () => {
    const specs = resolveWindows(acceptedCronSweep(aCronSweep("@daily"), NOW), { from: "2026-11-21" }, NOW);
    expect(specs.map(({ targets }) => targets.from)).toEqual(Array(2).fill({ kind: "file", path: "/sluice-targets/list", origin: "key asns.txt of the ConfigMap lists" }));
  });

  test("is refused with the problems that the controller finds", () => {
    expect(() => acceptedCronSweep(aCronSweep("@dayly"), NOW)).toThrow(SpecError);
    expect(() => acceptedCronSweep(aCronSweep("@dayly"), NOW)).toThrow(/^invalid CronSweep daily:\nspec\.schedule: "@dayly" is none of /);
  });
});
