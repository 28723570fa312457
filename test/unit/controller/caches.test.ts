import { expect, test } from "vitest";
import { transformJob, transformPod, transformSweep } from "../../../src/controller/caches.ts";
import type { SweepObject } from "../../../src/controller/resources.ts";
import type { Pod } from "../../../src/kube/object.ts";

const TASK = "x".repeat(200_000);
const META = { namespace: "bgp", name: "daily", uid: "u1", resourceVersion: "1", managedFields: [TASK] };

function bytes(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}

test("a Sweep is kept without its list, its managed fields and what kubectl applied", () => {
  const sweep = { metadata: { ...META, annotations: { "kubectl.kubernetes.io/last-applied-configuration": TASK, "sluice.dev/paused": "true" } }, spec: { window: { start: "2026-11-20" }, targets: { list: [TASK] }, batch: { pods: 2 } } };
  const kept = transformSweep(sweep as unknown as SweepObject);
  expect(bytes(kept)).toBeLessThan(500);
  expect(kept).toMatchObject({ metadata: { annotations: { "sluice.dev/paused": "true" } }, spec: { window: { start: "2026-11-20" }, batch: { pods: 2 } } });
});

test("a Job is kept without its template, but with spec.suspend", () => {
  const job = { metadata: META, spec: { suspend: false, template: { metadata: { annotations: { "sluice.dev/task": TASK } } } }, status: { active: 1 } };
  const kept = transformJob(job);
  expect(bytes(kept)).toBeLessThan(500);
  expect(kept).toMatchObject({ spec: { suspend: false }, status: { active: 1 } });
});

test("a pod is kept without its spec and its task", () => {
  const pod = { metadata: { ...META, annotations: { "sluice.dev/task": TASK }, labels: { "sluice.dev/sweep": "daily" } }, spec: { containers: [TASK] }, status: { phase: "Running" } };
  const kept = transformPod(pod as unknown as Pod);
  expect(bytes(kept)).toBeLessThan(500);
  expect(kept).toMatchObject({ metadata: { labels: { "sluice.dev/sweep": "daily" } }, status: { phase: "Running" } });
});
