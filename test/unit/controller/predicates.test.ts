import { describe, expect, test } from "vitest";
import { draftSweep } from "../../../src/controller/cron-sweep/draft-sweep.ts";
import { specChanged, sweepKeyOf, podProgressed, sweepChanged, cronSweepsAffectedBy } from "../../../src/controller/predicates.ts";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import type { Change } from "../../../src/kube/indexer.ts";
import type { Pod } from "../../../src/kube/object.ts";
import { aCronSweep } from "./cron-sweep/builders.ts";

describe("predicates", () => {
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
      expect(sweepChanged(given)).toBe(expected);
    });
  });

  test("a write of a CronSweep's status does not requeue its Sweeps", () => {
    const cronSweep = { metadata: META, spec: {}, status: {} } as unknown as CronSweepObject;
    expect(specChanged(change(cronSweep, { ...cronSweep, status: { nextRun: "2026-11-22T05:00:00Z" } }))).toBe(false);
    expect(specChanged(change(cronSweep, null))).toBe(true);
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
      expect(podProgressed(change(before, after))).toBe(expected);
    });

    test("its Sweep is found, even after it is gone", () => {
      expect(sweepKeyOf(change(aPod(runs), null))).toBe("bgp/daily");
      expect(sweepKeyOf(change<Pod>(null, aPod(runs, { labels: {} })))).toBeNull();
    });
  });
});

describe("touched", () => {
  const CRON_SWEEPS = [aCronSweep(), { ...aCronSweep(), metadata: { ...aCronSweep().metadata, name: "other", uid: "uid-of-other" }, status: { dataset: "bgp/other" } }];

  function aSweep(fields: Partial<SweepObject> = {}): SweepObject {
    const draft = draftSweep(aCronSweep(), { name: "one", window: "2026-11-20" });
    return { ...draft, metadata: { ...draft.metadata, name: "one", uid: "uid-of-one", resourceVersion: "1" }, ...fields };
  }

  const alone = aSweep({ spec: { window: { start: "2026-11-20" }, dataset: "bgp/other" } as SweepObject["spec"], metadata: { namespace: "bgp", name: "alone", uid: "uid-of-alone", resourceVersion: "1" } });

  describe("a change of a Sweep", () => {
    const cases: readonly [string, SweepObject | null, SweepObject | null, string[]][] = [
      ["that was made, touches its CronSweep", null, aSweep(), ["bgp/ripestat-daily"]],
      ["that was deleted, too", aSweep(), null, ["bgp/ripestat-daily"]],
      ["that ended, too", aSweep(), aSweep({ status: { finishedAt: "2026-11-21T06:00:00Z" } }), ["bgp/ripestat-daily"]],
      ["that was made again in between, too", aSweep(), aSweep({ metadata: { ...aSweep().metadata, uid: "uid-of-two" } }), ["bgp/ripestat-daily"]],
      ["that only went on, touches none", aSweep({ status: { pass: 1 } }), aSweep({ status: { pass: 2 } }), []],
      ["that stands alone, touches the one whose dataset it fills", null, alone, ["bgp/other"]],
      ["in another namespace, touches none", null, aSweep({ metadata: { ...aSweep().metadata, namespace: "lab" } }), []],
    ];
    test.each(cases)("%s", (_, before, after, keys) => {
      expect(cronSweepsAffectedBy({ key: "bgp/one", before, after }, () => CRON_SWEEPS)).toEqual(keys);
    });
  });
});
