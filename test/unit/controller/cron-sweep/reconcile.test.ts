import { describe, expect, test } from "vitest";
import { observeSweep } from "../../../../src/controller/cron-sweep/reconcile.ts";
import type { SweepObject } from "../../../../src/controller/resources.ts";
import type { SweepObjectStatus } from "../../../../src/model/sweep-object.ts";
import { aCronSweep } from "./builders.ts";

describe("reconcile", () => {
  const at = (text: string): number => Date.parse(text) / 1000;
  const OWNER = { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", name: "ripestat-daily", uid: "uid-of-daily", controller: true };

  function aSweep(status?: SweepObjectStatus, fields: Partial<SweepObject["metadata"]> = {}, spec: object = {}): SweepObject {
    return {
      metadata: { namespace: "bgp", name: "one", uid: "uid-of-one", resourceVersion: "1", creationTimestamp: "2026-11-21T05:00:01Z", ownerReferences: [OWNER], ...fields },
      spec: { cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" }, ...spec } as SweepObject["spec"],
      ...(status === undefined ? {} : { status }),
    };
  }

  const seen = (...args: Parameters<typeof aSweep>) => observeSweep(aSweep(...args), aCronSweep());
  const REFUSED = { type: "Accepted", status: "False", reason: "Invalid", message: "no", lastTransitionTime: "2026-11-21T05:00:02Z" } as const;

  describe("a Sweep as its CronSweep sees it", () => {
    const states: readonly [string, SweepObjectStatus | undefined, string][] = [
      ["one that nobody has looked at yet runs", undefined, "running"],
      ["one that is suspended runs: it stands in the way", { phase: "Suspended" }, "running"],
      ["one that is blocked runs", { phase: "Blocked" }, "running"],
      ["one that is not accepted is refused", { phase: "Pending", conditions: [REFUSED] }, "refused"],
      ["one that failed left its window incomplete", { phase: "Failed", finishedAt: "2026-11-21T06:00:00Z" }, "incomplete"],
      ["one that ended has its verdict", { phase: "Usable", verdict: "usable", finishedAt: "2026-11-21T06:00:00Z" }, "usable"],
    ];
    test.each(states)("%s", (_, status, state) => {
      expect(seen(status).state).toBe(state);
    });

    test("has the times of its status: accepted and finished", () => {
      expect(seen({ phase: "Complete", verdict: "complete", startedAt: "2026-11-21T05:00:09Z", finishedAt: "2026-11-21T06:00:00.250Z" })).toMatchObject({
        beganAt: at("2026-11-21T05:00:09Z"),
        endedAt: at("2026-11-21T06:00:00Z"),
      });
      expect(seen()).toMatchObject({ beganAt: at("2026-11-21T05:00:01Z"), endedAt: null });
    });

    test.each([
      ["the CronSweep is its controller", [OWNER], true],
      ["it has no owner", [], false],
      ["a CronSweep of the same name that is gone was its controller", [{ ...OWNER, uid: "uid-of-old" }], false],
      ["the CronSweep is an owner and not the controller", [{ ...OWNER, controller: false }], false],
    ])("is its own or not: %s", (_, ownerReferences, isOwn) => {
      expect(seen(undefined, { ownerReferences }).isOwn).toBe(isOwn);
    });

    test("has a dataset and a grid where the Sweep names them", () => {
      expect(seen()).toMatchObject({ dataset: null, everySeconds: null, isOfCronSweep: true, windowStart: at("2026-11-20T00:00Z") });
      expect(seen({ dataset: "bgp/x" }, {}, { cronSweepRef: undefined, window: { start: "2026-11-20T06:00:00Z", every: "6h" } })).toMatchObject({
        dataset: "bgp/x",
        everySeconds: 21_600,
        isOfCronSweep: false,
        windowStart: at("2026-11-20T06:00Z"),
      });
    });
  });
});
