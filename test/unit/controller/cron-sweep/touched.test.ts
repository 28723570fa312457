import { describe, expect, test } from "vitest";
import { draftSweep } from "../../../../src/controller/cron-sweep/draft-sweep.ts";
import { cronSweepsTouchedBy } from "../../../../src/controller/cron-sweep/touched.ts";
import type { SweepObject } from "../../../../src/controller/resources.ts";
import { aCronSweep } from "./builders.ts";

const CRON_SWEEPS = [aCronSweep(), { ...aCronSweep(), metadata: { ...aCronSweep().metadata, name: "other", uid: "uid-of-other" }, status: { dataset: "bgp/other" } }];

function aSweep(fields: Partial<SweepObject> = {}): SweepObject {
  const draft = draftSweep({ name: "one", window: "2026-11-20", since: "", by: "schedule" }, aCronSweep());
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
    expect(cronSweepsTouchedBy({ key: "bgp/one", before, after }, CRON_SWEEPS)).toEqual(keys);
  });
});
