import { describe, expect, test } from "vitest";
import type { CronSweepObject, SweepObject } from "../../../../src/controller/resources.ts";
import { flowSpecOf } from "../../../../src/controller/sweep/reconcile.ts";
import { MiB } from "../../decide/builders.ts";

const METADATA = { namespace: "bgp", name: "again", uid: "u1", resourceVersion: "1", generation: 1 };
const PAUSED = { annotations: { "sluice.dev/paused": "true" } };
const FROZEN = { image: "sluice:1", passes: 5, pods: 2, memoryBytes: 128 * MiB, deadlineSeconds: 86_400, database: { name: "db", key: "uri" }, headers: [] };
const CRON_SWEEP = { metadata: { ...METADATA, name: "daily" }, spec: {} } as unknown as CronSweepObject;

function aSweep(spec: object = {}, metadata: object = {}): SweepObject {
  return { metadata: { ...METADATA, ...metadata }, spec: { cronSweepRef: { name: "daily" }, window: { start: "2026-11-20" }, suspend: false, ...spec } } as unknown as SweepObject;
}

describe("the flow's spec", () => {
  const cases: readonly [string, SweepObject, CronSweepObject | null, object][] = [
    ["is what was frozen, while nothing changes", aSweep(), CRON_SWEEP, { pods: 2, passes: 5, suspended: false }],
    ["has the Sweep's own pods, not the frozen ones", aSweep({ batch: { pods: 9 } }), CRON_SWEEP, { pods: 9, passes: 5, suspended: false }],
    ["is suspended with the Sweep", aSweep({ suspend: true }), CRON_SWEEP, { pods: 2, passes: 5, suspended: true }],
    ["is suspended while the Sweep is paused", aSweep({}, PAUSED), CRON_SWEEP, { pods: 2, passes: 5, suspended: true }],
    ["is suspended while the CronSweep is paused", aSweep(), { ...CRON_SWEEP, metadata: { ...CRON_SWEEP.metadata, ...PAUSED } }, { pods: 2, passes: 5, suspended: true }],
    ["is what was frozen, where the CronSweep is gone", aSweep(), null, { pods: 2, passes: 5, suspended: false }],
    ["is not suspended where no server filled in the default", aSweep({ suspend: undefined }), null, { pods: 2, passes: 5, suspended: false }],
  ];
  test.each(cases)("%s", (_, sweep, cronSweep, expected) => {
    expect(flowSpecOf(sweep, cronSweep, FROZEN)).toEqual(expected);
  });
});
