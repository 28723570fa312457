import { describe, expect, test } from "vitest";
import { draftSweep } from "../../../../src/controller/cron-sweep/draft-sweep.ts";
import { type CronSweepDeps, reconcileCronSweep } from "../../../../src/controller/cron-sweep/reconcile.ts";
import { CRON_SWEEPS, SWEEPS, type SweepObject } from "../../../../src/controller/resources.ts";
import { ApiError, ApiUnreachable } from "../../../../src/kube/api-error.ts";
import { NotLeading } from "../../../../src/kube/requests.ts";
import type { KubeApi } from "../../../support/kube/simulated-api/server.ts";
import { KEY } from "../../../unit/controller/cron-sweep/builders.ts";
import { aController, afterItsFirstRun, anApi, endAll, type Controller } from "./an-api.ts";

const sweepsIn = (api: KubeApi): SweepObject[] => api.objects.list(SWEEPS, KEY.namespace);
const namesIn = (api: KubeApi): string[] => sweepsIn(api).map(({ metadata }) => metadata.name);
const DAY_MS = 86_400_000;
const dayBefore = (date: Date, days: number): string => new Date(date.getTime() - days * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");

/** Until a look writes nothing more; each sweep ends when it is seen. @returns how many were under way at once, at the most */
async function untilQuiet(api: KubeApi, controller: Controller): Promise<number> {
  let most = 0;
  for (let quiet = 0; quiet < 2; ) {
    const before = api.writes;
    const isWell = await reconcileCronSweep(KEY, controller.deps).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiUnreachable || error instanceof ApiError) return false;
        throw error;
      },
    );
    most = Math.max(most, sweepsIn(api).filter(({ status }) => status?.phase === undefined).length);
    endAll(api, controller.now);
    quiet = isWell && api.writes === before ? quiet + 1 : 0;
  }
  return most;
}

describe("over HTTP", () => {
  test("sweeps the newest window and the one before it, each once, with events", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api));
    await untilQuiet(api, controller);
    const [newest, earlier] = [dayBefore(controller.now, 1), dayBefore(controller.now, 2)];
    expect(namesIn(api)).toEqual([`ripestat-daily-${earlier}`, `ripestat-daily-${newest}`]);
    expect(api.objects.get(CRON_SWEEPS, KEY).status).toMatchObject({ newestState: "complete", windowsToCatchUp: 0, active: [], starting: [], windows: [{ state: "complete", turns: 1 }] });
    expect(controller.told.filter((line) => line.startsWith("SweepBegan"))).toHaveLength(2);
    expect(api.writes).toBeLessThanOrEqual(8);
  });

  const writes = Array.from({ length: 8 }, (_, index) => index);
  test.each(writes.flatMap((skip) => [["on its way there", skip, "cut before"] as const, ["with its answer", skip, "cut after"] as const]))("a write that is lost %s (after %i others) neither loses nor doubles a sweep", async (_, skip, how) => {
    const api = await anApi({ successfulSweepsHistoryLimit: 1 });
    const controller = aController(api, afterItsFirstRun(api));
    api.fail({ verb: "write", skip, times: 1, how });
    expect(await untilQuiet(api, controller)).toBe(1);
    expect(namesIn(api)).toHaveLength(1);
    expect(api.objects.get(CRON_SWEEPS, KEY).status).toMatchObject({ newestState: "complete", windowsToCatchUp: 0, windows: [{ state: "complete", turns: 1 }] });
  });

  test("tells of windows that left catchUp unasked while it was suspended, until a backfill has filled them", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api));
    await untilQuiet(api, controller);
    const suspend = (suspended: boolean): void => void api.objects.change(CRON_SWEEPS, KEY, (object) => ({ ...object, spec: { ...object.spec, suspend: suspended } }));
    suspend(true);
    controller.now = new Date(controller.now.getTime() + 4 * DAY_MS);
    await untilQuiet(api, controller);
    suspend(false);
    await untilQuiet(api, controller);
    const missed = (): unknown => api.objects.get(CRON_SWEEPS, KEY).status?.windowsMissed;
    const condition = (): unknown => api.objects.get(CRON_SWEEPS, KEY).status?.conditions?.find(({ type }) => type === "WindowsMissed");
    expect(missed()).toBe(2);
    expect(condition()).toMatchObject({ status: "True", message: expect.stringContaining(`kubectl sluice backfill ${KEY.name} --namespace ${KEY.namespace} --from `) as string });
    expect(controller.told.filter((line) => line.startsWith("WindowsMissed"))).toHaveLength(1);
    expect(api.objects.get(CRON_SWEEPS, KEY).status).toMatchObject({ windowsToCatchUp: 0 });
    for (const days of [4, 3]) {
      const window = new Date(controller.now.getTime() - days * DAY_MS).toISOString().slice(0, 10);
      api.objects.create(SWEEPS, draftSweep(api.objects.get(CRON_SWEEPS, KEY), { name: `backfill-${days}`, window }));
      await untilQuiet(api, controller);
    }
    expect([missed(), condition()]).toEqual([0, expect.objectContaining({ status: "False", reason: "NoneMissed" })]);
  });

  test("a controller that loses its lease halfway leaves the rest to the next one", async () => {
    const api = await anApi();
    let writes = 0;
    const gate = (): void => {
      writes += 1;
      if (writes > 1) throw new NotLeading("the lease is not ours");
    };
    const first = aController(api, afterItsFirstRun(api), { gate });
    await expect(reconcileCronSweep(KEY, first.deps)).rejects.toThrow(NotLeading);
    expect(namesIn(api)).toEqual([]);
    const second = aController(api, first.now);
    expect(await untilQuiet(api, second)).toBe(1);
    expect(namesIn(api)).toHaveLength(2);
    expect(sweepsIn(api).every(({ metadata }) => !/-\d-?\d?$/.test(metadata.name))).toBe(true);
  });

  test("two controllers that both believe to lead create each sweep once", async () => {
    const api = await anApi();
    const one = aController(api, afterItsFirstRun(api), { sweepsOf: () => [] });
    const other = aController(api, one.now, { sweepsOf: () => [] });
    for (let look = 0; look < 4; look += 1) await Promise.allSettled([reconcileCronSweep(KEY, one.deps), reconcileCronSweep(KEY, other.deps)]);
    expect(namesIn(api)).toEqual([`ripestat-daily-${dayBefore(one.now, 1)}`]);
  });

  test("an object of somebody else keeps its name, and the window is swept under the next one", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api), { sweepsOf: () => [] });
    const name = `ripestat-daily-${dayBefore(controller.now, 1)}`;
    const stranger = api.objects.create(SWEEPS, { metadata: { namespace: "bgp", name }, spec: { window: { start: "2026-01-01" }, dataset: "bgp/other" } as SweepObject["spec"] });
    expect(await reconcileCronSweep(KEY, controller.deps)).toEqual({ requeueAfterSeconds: 1 });
    await reconcileCronSweep(KEY, controller.deps);
    expect(namesIn(api)).toEqual([name, `${name}-2`]);
    expect(api.objects.get(SWEEPS, { ...KEY, name }).metadata.uid).toBe(stranger.metadata.uid);
    expect(controller.told).toContainEqual(expect.stringMatching(/^SweepNameTaken: The name .* is taken by another object/));
  });

  test("a quota that refuses the Sweep is reported, and the Sweep is created when there is room", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api));
    const end = api.fail({ verb: "create", resource: "sweeps", how: { status: 403, reason: "Forbidden", message: "exceeded quota: sweeps" } });
    await expect(reconcileCronSweep(KEY, controller.deps)).rejects.toThrow("exceeded quota");
    expect(controller.told).toEqual([`SweepNotMade: Cannot create the Sweep ripestat-daily-${dayBefore(controller.now, 1)}: exceeded quota: sweeps`]);
    end();
    await reconcileCronSweep(KEY, controller.deps);
    expect(namesIn(api)).toHaveLength(1);
  });

  test("an invalid spec starts nothing, and its condition says what `sluice validate` prints", async () => {
    const api = await anApi({ schedule: "0 5 31 2 *" });
    const controller = aController(api, afterItsFirstRun(api));
    expect(await reconcileCronSweep(KEY, controller.deps)).toEqual({});
    expect(namesIn(api)).toEqual([]);
    expect(api.objects.get(CRON_SWEEPS, KEY).status?.conditions).toContainEqual(expect.objectContaining({ type: "Accepted", status: "False", message: 'spec.schedule: "0 5 31 2 *" never runs' }));
  });

  test("one that is being deleted, or is gone, is left alone", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api));
    api.objects.change(CRON_SWEEPS, KEY, (cronSweep) => ({ ...cronSweep, metadata: { ...cronSweep.metadata, finalizers: ["foregroundDeletion"] } }));
    api.objects.remove(CRON_SWEEPS, KEY);
    expect(await reconcileCronSweep(KEY, controller.deps)).toEqual({});
    expect(await reconcileCronSweep({ ...KEY, name: "nobody" }, controller.deps)).toEqual({});
    expect(api.writes).toBe(0);
  });
});

describe("a CronSweep that cannot be scheduled", () => {
  test("is Invalid in its column and has no next run, until it is right", async () => {
    const api = await anApi();
    const controller = aController(api, afterItsFirstRun(api));
    await untilQuiet(api, controller);
    const change = (schedule: string): void => void api.objects.change(CRON_SWEEPS, KEY, (cronSweep) => ({ ...cronSweep, spec: { ...cronSweep.spec, schedule } }));
    expect(api.objects.get(CRON_SWEEPS, KEY).status).toMatchObject({ state: "complete", newestState: "complete" });
    change("61 * * * *");
    await untilQuiet(api, controller);
    const refused = api.objects.get(CRON_SWEEPS, KEY).status!;
    expect(refused).toMatchObject({ state: "Invalid", newestState: "complete" });
    expect(refused).not.toHaveProperty("nextRun");
    change("0 5 * * *");
    await untilQuiet(api, controller);
    expect(api.objects.get(CRON_SWEEPS, KEY).status).toMatchObject({ state: "complete", nextRun: expect.any(String) as string });
  });

  test("has a condition where the controller itself fails on it", async () => {
    const api = await anApi();
    const { deps } = aController(api, afterItsFirstRun(api));
    const broken: CronSweepDeps["providers"] = new Proxy([], {
      get() {
        throw new TypeError("boom");
      },
    });
    await expect(reconcileCronSweep(KEY, { ...deps, providers: broken })).rejects.toThrow("boom");
    expect(api.objects.get(CRON_SWEEPS, KEY).status?.conditions).toMatchObject([{ type: "Progressing", status: "False", reason: "ReconcileFailed", message: expect.stringContaining("This is a bug: boom") as string }]);
    await reconcileCronSweep(KEY, deps);
    expect(api.objects.get(CRON_SWEEPS, KEY).status?.conditions?.find(({ type }) => type === "Progressing")?.reason).not.toBe("ReconcileFailed");
  });
});
