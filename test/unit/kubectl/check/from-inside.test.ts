import { describe, expect, test } from "vitest";
import { acceptCronSweep, type AcceptedObject } from "../../../../src/controller/accept.ts";
import type { CronSweepObject } from "../../../../src/controller/resources.ts";
import { checkJob, findingsOf } from "../../../../src/kubectl/check/from-inside.ts";
import type { CronSweep } from "../../../../src/model/schema/cron-sweep.ts";
import { PROVIDERS } from "../../../../src/providers/registry.ts";

function accepted(list: readonly string[]): AcceptedObject<CronSweep> {
  const spec = { schedule: "0 5 * * *", sweepTemplate: { spec: { provider: { name: "ripestat", sourceapp: "test" }, targets: { list }, store: { secretRef: { name: "db", key: "uri" } } } } };
  const acceptance = acceptCronSweep({ metadata: { name: "daily", namespace: "bgp", uid: "u", resourceVersion: "1" }, spec } as unknown as CronSweepObject, PROVIDERS, Date.UTC(2026, 10, 23) / 1000);
  if ("problems" in acceptance) throw new Error(acceptance.problems.join());
  return acceptance;
}

describe("the Job that checks from inside", () => {
  const list = Array.from({ length: 10_000 }, (_, index) => `AS${index + 1}`);
  const job = checkJob(accepted(list), "bgp", { image: "sluice:1", imagePullPolicy: "Never", pullSecrets: [] });
  const { metadata, spec } = job.spec!.template;

  test("runs the worker's check, not a prepare", () => {
    expect(spec!.containers[0]!.command!.slice(-3)).toEqual(["/sluice/worker.mjs", "check", "/sluice-task/task.json"]);
    expect(spec!.containers[0]).toMatchObject({ image: "sluice:1", imagePullPolicy: "Never" });
  });

  test("gets the database URL of the sweep from its Secret, never as a value", () => {
    expect(spec!.containers[0]!.env).toContainEqual({ name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "db", key: "uri" } } });
  });

  test("has no sweep label and no owner, so that no controller counts or deletes it", () => {
    for (const labels of [job.metadata.labels, metadata!.labels]) expect(labels).toEqual({ "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "prepare", "app.kubernetes.io/managed-by": "kubectl-sluice" });
    expect(job.metadata.ownerReferences).toBeUndefined();
  });

  test("gets only the first target of a long list", () => {
    expect(JSON.stringify(metadata!.annotations).length).toBeLessThan(20_000);
  });

  test("is deleted by Kubernetes if the command could not delete it", () => {
    expect(job.spec).toMatchObject({ backoffLimit: 0, ttlSecondsAfterFinished: 300, template: { spec: { activeDeadlineSeconds: 120 } } });
  });
});

describe("the log of its pod", () => {
  const cases: Record<string, { lines: string[]; found: object[] }> = {
    "has one finding per line": { lines: ['{"check":"database","ok":true,"said":"PostgreSQL 18"}', '{"check":"host","ok":false,"said":"away"}'], found: [{ check: "database", state: "ok", said: "PostgreSQL 18" }, { check: "host", state: "not ok", said: "away" }] },
    "without a finding: the last line says why": { lines: ["", '{"level":"fatal","program":"check","exitCode":3,"msg":"DATABASE_URL is not set"}', ""], found: [{ check: "pod", state: "not ok", said: "DATABASE_URL is not set" }] },
    "of a crashed Node: the last line says why": { lines: ["FATAL ERROR: no memory"], found: [{ check: "pod", state: "not ok", said: "FATAL ERROR: no memory" }] },
    "may be empty": { lines: [], found: [{ check: "pod", state: "not ok", said: "its log is empty" }] },
  };

  test.each(Object.entries(cases))("%s", (_, { lines, found }) => {
    expect(findingsOf(lines)).toEqual(found);
  });
});
