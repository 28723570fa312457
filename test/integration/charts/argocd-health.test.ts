import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readPage } from "../../support/docs/page.ts";
import { run } from "../../support/kube/programs.ts";

const LUA = "/usr/bin/lua5.4";

/** A value as Lua writes it. */
function lua(value: unknown): string {
  if (Array.isArray(value)) return `{ ${value.map(lua).join(", ")} }`;
  if (typeof value === "object" && value !== null) return `{ ${Object.entries(value).map(([name, inner]) => `[${JSON.stringify(name)}] = ${lua(inner)}`).join(", ")} }`;
  return JSON.stringify(value);
}

/** As Argo CD evaluates it: the script is the body of a function that sees `obj`. */
async function health(kind: string, object: object): Promise<string> {
  const { data } = parse(readPage("charts/sluice/argocd-health.yaml")) as { data: Record<string, string> };
  const script = `local obj = ${lua(object)}\nlocal health = (function()\n${data[`resource.customizations.health.sluice.dev_${kind}`]!}\nend)()\nprint(health.status .. ": " .. health.message)`;
  const { stdout, stderr } = await run(LUA, ["-"], { input: script });
  expect(stderr).toBe("");
  return stdout.trim();
}

function aSweep(status?: object): object {
  return { metadata: { generation: 2 }, spec: {}, ...(status === undefined ? {} : { status: { observedGeneration: 2, ...status } }) };
}

function aCronSweep(status: object, spec: object = {}): object {
  return { metadata: { generation: 2 }, spec, status: { observedGeneration: 2, ...status } };
}

const REFUSED = [{ type: "Accepted", status: "False", message: "spec.schedule: wrong" }];

describe.skipIf(!existsSync(LUA))("Argo CD's health (needs lua5.4)", () => {
  test.for<[string, string, object, string]>([
    ["a Sweep that the controller has not seen", "Sweep", aSweep(), "Progressing: Waiting for the controller"],
    ["a Sweep that has changed since", "Sweep", aSweep({ observedGeneration: 1, phase: "Complete" }), "Progressing: Waiting for the controller"],
    ["a Sweep that was not accepted", "Sweep", aSweep({ conditions: REFUSED }), "Degraded: spec.schedule: wrong"],
    ["a Sweep that runs", "Sweep", aSweep({ phase: "Running", settledOfTargets: "10/30" }), "Progressing: Running 10/30"],
    ["a Sweep that is blocked", "Sweep", aSweep({ phase: "Blocked", conditions: [{ type: "Blocked", status: "True", message: "The Secret is missing." }] }), "Degraded: The Secret is missing."],
    ["a Sweep that is suspended", "Sweep", aSweep({ phase: "Suspended", settledOfTargets: "10/30" }), "Suspended: Suspended 10/30"],
    ["a Sweep that is complete", "Sweep", aSweep({ phase: "Complete", settledOfTargets: "30/30" }), "Healthy: Complete 30/30"],
    ["a Sweep whose window is usable", "Sweep", aSweep({ phase: "Usable", settledOfTargets: "29/30" }), "Healthy: Usable 29/30"],
    ["a Sweep that ended incomplete", "Sweep", aSweep({ phase: "Incomplete", conditions: [{ type: "Complete", status: "False", message: "20 of 30 are settled." }] }), "Degraded: 20 of 30 are settled."],
    ["a CronSweep that waits for its time", "CronSweep", aCronSweep({ nextRun: "2026-11-24T05:00:00Z", conditions: [] }), "Healthy: Next run 2026-11-24T05:00:00Z"],
    ["a CronSweep that is suspended", "CronSweep", aCronSweep({}, { suspend: true }), "Suspended: spec.suspend: no new sweep starts"],
    ["a CronSweep that was not accepted", "CronSweep", aCronSweep({ conditions: REFUSED }), "Degraded: spec.schedule: wrong"],
  ])("%s", async ([, kind, object, expected]) => {
    expect(await health(kind, object)).toBe(expected);
  });
});
