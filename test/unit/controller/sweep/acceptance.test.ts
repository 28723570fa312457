import { describe, expect, test } from "vitest";
import type { CronSweepObject, SweepObject } from "../../../../src/controller/resources.ts";
import { acceptanceOf, taskFor, type SweepAcceptance } from "../../../../src/controller/sweep/acceptance.ts";
import { PROVIDERS } from "../../../../src/providers/registry.ts";
import { NOW } from "../../decide/builders.ts";

const META = { namespace: "bgp", name: "again", uid: "u1", resourceVersion: "1", generation: 1 };

function aSweep(spec: object = {}, metadata: object = {}): SweepObject {
  const whole = {
    provider: { name: "ripestat", sourceapp: "example-lab" },
    window: { start: "2026-11-20" },
    targets: { list: ["AS1"] },
    store: { secretRef: { name: "db", key: "uri" } },
    select: "incomplete",
    replace: false,
    suspend: false,
    ...spec,
  };
  return { metadata: { ...META, ...metadata }, spec: whole } as unknown as SweepObject;
}

const CRON_SWEEP = {
  metadata: { ...META, name: "daily" },
  spec: {
    schedule: "0 5 * * *",
    timeZone: "Etc/UTC",
    sweepTemplate: {
      spec: {
        provider: { name: "ripestat", sourceapp: "example-lab" },
        targets: { preset: "ris-asns", atLeast: 80_000 },
        request: { headers: { authorization: { valueFrom: { secretKeyRef: { name: "keys", key: "token" } } }, cookie: { valueFrom: { secretKeyRef: { name: "keys", key: "token" } } } } },
        batch: { pods: 2, memory: "128Mi", podTemplate: { nodeSelector: { disk: "ssd" } } },
        store: { secretRef: { name: "db", key: "uri" }, caRef: { name: "db-ca", key: "ca.crt" } },
      },
    },
  },
} as unknown as CronSweepObject;

const OF_CRON_SWEEP = { provider: undefined, targets: undefined, store: undefined, cronSweepRef: { name: "daily" }, batch: { memory: "512Mi" } };

function accept(sweep: SweepObject, cronSweep: CronSweepObject | null = null): SweepAcceptance {
  return acceptanceOf(sweep, cronSweep, "sluice:1", PROVIDERS, NOW);
}

describe("a retention that is confirmed by annotation", () => {
  const CONFIRMED = { annotations: { "sluice.dev/confirm-retention": "2d" } };
  const cases: readonly [string, SweepObject, CronSweepObject, number | undefined][] = [
    ["on the CronSweep", aSweep(OF_CRON_SWEEP), { ...CRON_SWEEP, metadata: { ...CRON_SWEEP.metadata, ...CONFIRMED } }, 2 * 86_400],
    ["on the Sweep", aSweep(OF_CRON_SWEEP, CONFIRMED), CRON_SWEEP, 2 * 86_400],
    ["nowhere", aSweep(OF_CRON_SWEEP), CRON_SWEEP, undefined],
    ["in a way that is no duration", aSweep(OF_CRON_SWEEP, { annotations: { "sluice.dev/confirm-retention": "yes" } }), CRON_SWEEP, undefined],
  ];
  test.each(cases)("%s is in prepare's task or not", async (_, sweep, cronSweep, expected) => {
    const deps = { client: { get: (of: { readonly kind: string }) => Promise.resolve(of.kind === "Sweep" ? sweep : cronSweep) }, clock: { now: () => NOW * 1000 }, workers: { image: "sluice:1" } } as unknown as Parameters<typeof taskFor>[2];
    const task = await taskFor(sweep, { pass: 1, round: 1, outOfMemory: [] }, deps);
    expect(task).toMatchObject({ spec: { dataset: "bgp/daily" } });
    expect(task).toHaveProperty("place");
    expect("confirmedRetentionSeconds" in task ? task.confirmedRetentionSeconds : undefined).toBe(expected);
  });
});

describe("a Sweep that is accepted", () => {
  test("has frozen what its pods are made from, the CronSweep's part too", () => {
    expect(accept(aSweep(OF_CRON_SWEEP), CRON_SWEEP)).toMatchObject({
      accepted: {
        dataset: "bgp/daily",
        frozen: {
          image: "sluice:1",
          pods: 2,
          passes: 5,
          memoryBytes: 512 * 2 ** 20,
          prepareMemoryBytes: 256 * 2 ** 20,
          database: { name: "db", key: "uri" },
          databaseCa: { name: "db-ca", key: "ca.crt" },
          headers: [{ name: "keys", key: "token" }],
          podTemplate: { nodeSelector: { disk: "ssd" } },
        },
      },
    });
  });

  test("holds no secret and no list in what is frozen", () => {
    const acceptance = accept(aSweep({ targets: { list: ["AS77777"] } }));
    expect("accepted" in acceptance && JSON.stringify(acceptance.accepted)).not.toMatch(/AS77777/);
  });
});

describe("a Sweep that is refused", () => {
  const refused: readonly [string, SweepObject, object][] = [
    ["for a pattern that cannot be matched", aSweep({ extract: { pattern: "(?<=x)(y)" } }), { refused: { reason: "Invalid", message: expect.stringMatching(/^spec\.extract\.pattern: /) as string } }],
    ["for two mistakes, told together", aSweep({ provider: { name: "ripstat" }, batch: { memory: "1Mi" } }), { refused: { message: expect.stringMatching(/spec\.batch\.memory: .*; spec\.provider\.name: .*did you mean "ripestat"/) as string } }],
    ["without a Secret for the database", aSweep({ store: {} }), { refused: { message: "spec.store.secretRef: required on Kubernetes: the Secret and the key that hold the URI of the database" } }],
    ["for a CronSweep that is not there", aSweep(OF_CRON_SWEEP), { refused: { reason: "CronSweepNotFound", message: "spec.cronSweepRef.name: there is no CronSweep daily in this namespace" }, requeueAfterSeconds: null }],
    ["for a window that is no cell of the grid", aSweep({ window: { start: "2026-11-20T06:00" } }), { refused: { reason: "Invalid", message: expect.stringMatching(/^spec\.window\.start: No window starts at/) as string } }],
    ["until a window is over and has settled", aSweep({ window: { start: "2026-11-21" } }), { refused: { reason: "NotAskable" }, requeueAfterSeconds: 19 * 3600 + 4 * 3600 }],
    ["for ever, where the provider has no data of that time", aSweep({ window: { start: "2020-01-01" } }), { refused: { reason: "NotAskable" }, requeueAfterSeconds: null }],
  ];
  test.each(refused)("%s", (_, sweep, expected) => {
    expect(accept(sweep)).toMatchObject(expected);
  });
});
