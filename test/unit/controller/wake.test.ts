import { describe, expect, test } from "vitest";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import { isOtherWish, sweepKeyOf, tellsOfPod, wakesSweep } from "../../../src/controller/wake.ts";
import type { Pod } from "../../../src/kube/resource.ts";
import type { Change } from "../../../src/kube/store.ts";

const META = { namespace: "bgp", name: "daily", uid: "u1", resourceVersion: "1", generation: 1 };

function aSweep(metadata: object = {}, status: object = { phase: "Running" }): SweepObject {
  return { metadata: { ...META, ...metadata }, spec: {}, status } as unknown as SweepObject;
}

function change<T>(before: T | null, after: T | null): Change<T> {
  return { key: "bgp/daily", before, after };
}

describe("a Sweep is looked at when", () => {
  const cases: readonly [string, Change<SweepObject>, boolean][] = [
    ["it appears", change(null, aSweep()), true],
    ["its spec changes", change(aSweep(), aSweep({ generation: 2 })), true],
    ["it is paused", change(aSweep(), aSweep({ annotations: { "sluice.dev/paused": "true" } })), true],
    ["another of its name appears", change(aSweep(), aSweep({ uid: "u2" })), true],
    ["and not when its own status is written", change(aSweep(), aSweep({ resourceVersion: "2" }, { phase: "Complete" })), false],
    ["and not when it is gone", change(aSweep(), null), false],
  ];
  test.each(cases)("%s", (_, given, expected) => {
    expect(wakesSweep(given)).toBe(expected);
  });
});

test("a CronSweep's own status says nothing new to its Sweeps", () => {
  const cronSweep = { metadata: META, spec: {}, status: {} } as unknown as CronSweepObject;
  expect(isOtherWish(change(cronSweep, { ...cronSweep, status: { nextRun: "2026-11-22T05:00:00Z" } }))).toBe(false);
  expect(isOtherWish(change(cronSweep, null))).toBe(true);
});

describe("a pod says something new when", () => {
  function aPod(status: object, metadata: object = {}): Pod {
    return { metadata: { ...META, labels: { "sluice.dev/sweep": "daily" }, ...metadata }, status };
  }
  const runs = { phase: "Running", containerStatuses: [{ state: { running: {} } }], conditions: [{ type: "Ready", status: "True" }] };
  const cases: readonly [string, Pod, Pod, boolean][] = [
    ["its container ends", aPod(runs), aPod({ ...runs, containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] }), true],
    ["its image cannot be pulled", aPod({ phase: "Pending" }), aPod({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ErrImagePull" } } }] }), true],
    ["it is being removed", aPod(runs), aPod(runs, { deletionTimestamp: "2026-11-21T05:00:00Z" }), true],
    ["its node is going", aPod(runs), aPod({ ...runs, conditions: [{ type: "DisruptionTarget", status: "True" }] }), true],
    ["and not when it is ready", aPod(runs), aPod({ ...runs, conditions: [{ type: "Ready", status: "False" }] }), false],
  ];
  test.each(cases)("%s", (_, before, after, expected) => {
    expect(tellsOfPod(change(before, after))).toBe(expected);
  });

  test("and it names its Sweep, also when it is gone", () => {
    expect(sweepKeyOf(change(aPod(runs), null))).toBe("bgp/daily");
    expect(sweepKeyOf(change<Pod>(null, aPod(runs, { labels: {} })))).toBeNull();
  });
});
