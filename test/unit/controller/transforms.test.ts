import { expect, test } from "vitest";
import { transformCronSweep, transformJob, transformPod, transformSweep } from "../../../src/controller/transforms.ts";
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

test("whatever else an object has does not reach the caches", () => {
  const stuffed = { ...META, labels: { ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`label-${index}`, "x".repeat(63)])), "sluice.dev/sweep": "daily" }, annotations: { other: TASK }, finalizers: [TASK] };
  const sweep = { metadata: stuffed, spec: { window: { start: "2026-11-20" }, canaries: { targets: [TASK] }, batch: { podTemplate: { affinity: TASK } }, request: { url: TASK }, more: TASK } };
  const cronSweep = { metadata: stuffed, spec: { schedule: "@daily", suspend: true, sweepTemplate: { spec: { targets: { list: [TASK] } } } } };
  const job = { metadata: stuffed, spec: { template: TASK }, status: { uncountedTerminatedPods: TASK } };
  const pod = { metadata: stuffed, spec: TASK, status: { phase: "Running", containerStatuses: [{ name: "sidecar", state: { terminated: { message: TASK } } }, { name: "worker", lastState: TASK }], conditions: [{ type: "Other", message: TASK }] } };
  const kept = [transformSweep(sweep as never), transformCronSweep(cronSweep as never), transformJob(job as never), transformPod(pod as never)];
  for (const object of kept) expect(bytes(object)).toBeLessThan(500);
  expect(kept[1]).toMatchObject({ spec: { suspend: true } });
});

test("a Job is kept without its template, but with spec.suspend", () => {
  const job = { metadata: META, spec: { suspend: false, template: { metadata: { annotations: { "sluice.dev/task": TASK } } } }, status: { active: 1, conditions: [{ type: "Complete", status: "True" }] } };
  const kept = transformJob(job);
  expect(bytes(kept)).toBeLessThan(500);
  expect(kept).toEqual({ metadata: expect.anything() as unknown, spec: { suspend: false }, status: { conditions: [{ type: "Complete", status: "True" }] } });
});

test("a pod is kept without its spec and its task", () => {
  const pod = { metadata: { ...META, annotations: { "sluice.dev/task": TASK }, labels: { "sluice.dev/sweep": "daily" } }, spec: { containers: [TASK] }, status: { phase: "Running" } };
  const kept = transformPod(pod as unknown as Pod);
  expect(bytes(kept)).toBeLessThan(500);
  expect(kept).toMatchObject({ metadata: { labels: { "sluice.dev/sweep": "daily" } }, status: { phase: "Running" } });
});
