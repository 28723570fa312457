import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { CRON_SWEEPS, SWEEPS, type CronSweepObject, type SweepObject } from "../../../src/controller/resources.ts";
import { KUBECTL_SLUICE } from "../../../src/kubectl/commands.ts";
import { startKubeApi, type KubeApi } from "../../support/kube/simulated-api/server.ts";
import { aCli } from "../../support/processes/in-process-cli.ts";
import { aFolder } from "../../support/processes/sluice.ts";

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let api: KubeApi;
let folder: Awaited<ReturnType<typeof aFolder>>;
let kubeconfig: string;

beforeAll(async () => {
  folder = await aFolder();
});

afterAll(() => folder.remove());

beforeEach(async () => {
  api = await startKubeApi();
  kubeconfig = path.join(folder.path, "config");
  await writeFile(kubeconfig, aKubeconfig(api.url));
});

afterEach(() => api.close());

function aKubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "me", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "me", namespace: "bgp" } }],
  });
}

/** Runs it at noon of 2026-11-23 in this process. */
function sluice(args: readonly string[], signal?: AbortSignal): Promise<Said> {
  return started(args, signal).ended;
}

function started(args: readonly string[], signal = new AbortController().signal): { readonly ended: Promise<Said>; readonly stderr: () => string } {
  const cli = aCli({ environment: { KUBECONFIG: kubeconfig }, signal });
  const ended = main(args, cli, KUBECTL_SLUICE).then((code) => ({ code, stdout: cli.stdout.text(), stderr: cli.stderr.text() }));
  return { ended, stderr: cli.stderr.text };
}

const PLACE = { apiVersion: "sluice.dev/v1alpha1" };

function insertCronSweep(name: string, changes: { spec?: object; status?: CronSweepObject["status"]; annotations?: Record<string, string> } = {}): void {
  const spec = {
    schedule: "0 5 * * *",
    timeZone: "Etc/UTC",
    suspend: false,
    concurrencyPolicy: "Forbid",
    catchUp: { windows: 7 },
    sweepTemplate: { spec: { provider: { name: "ripestat", sourceapp: "test" }, targets: { preset: "ris-asns", atLeast: 80_000 }, store: { secretRef: { name: "db", key: "uri" } } } },
    ...changes.spec,
  };
  const metadata = { name, namespace: "bgp", ...(changes.annotations === undefined ? {} : { annotations: changes.annotations }) };
  api.objects.insert({ ...PLACE, plural: CRON_SWEEPS.plural }, { ...PLACE, kind: "CronSweep", metadata, spec });
  if (changes.status !== undefined) api.objects.update({ ...PLACE, plural: CRON_SWEEPS.plural }, { namespace: "bgp", name }, { ...cronSweep(name), status: changes.status }, "status");
}

function cronSweep(name: string): CronSweepObject {
  return api.objects.get({ ...PLACE, plural: CRON_SWEEPS.plural }, { namespace: "bgp", name }) as unknown as CronSweepObject;
}

function sweep(name: string): SweepObject {
  return api.objects.get({ ...PLACE, plural: SWEEPS.plural }, { namespace: "bgp", name }) as unknown as SweepObject;
}

/** What a real server fills in. */
const DEFAULTS = { select: "incomplete", replace: false, suspend: false };

function insertSweep(name: string, spec: object, status?: SweepObject["status"]): void {
  api.objects.insert({ ...PLACE, plural: SWEEPS.plural }, { ...PLACE, kind: "Sweep", metadata: { name, namespace: "bgp" }, spec: { ...DEFAULTS, ...spec } });
  if (status !== undefined) setStatus(name, status);
}

/** What a controller would write. */
function setStatus(name: string, status: SweepObject["status"]): void {
  api.objects.update({ ...PLACE, plural: SWEEPS.plural }, { namespace: "bgp", name }, { ...sweep(name), status }, "status");
}

const OF_DAILY = { cronSweepRef: { name: "daily" }, window: { start: "2026-11-22" } };

describe("run", () => {
  test("creates a Sweep of the newest window that has settled, as a child of its CronSweep", async () => {
    insertCronSweep("daily");
    const { code, stderr } = await sluice(["run", "daily"]);
    expect([code, stderr]).toEqual([0, "sweep.sluice.dev/daily-20261122 created\n"]);
    expect(sweep("daily-20261122")).toMatchObject({
      metadata: { labels: { "sluice.dev/cronsweep": "daily" }, ownerReferences: [{ kind: "CronSweep", uid: cronSweep("daily").metadata.uid, controller: true, blockOwnerDeletion: false }] },
      spec: { ...OF_DAILY, select: "incomplete", replace: false },
    });
  });

  test("takes the next free number if the window has had sweeps, whether they still exist or are only in the status", async () => {
    insertCronSweep("daily", { status: { windows: [{ from: "2026-11-20", to: "2026-11-23", state: "complete", lastAsked: "2026-11-23T05:00:00Z", turns: 3 }] } });
    expect((await sluice(["run", "daily", "--output", "name"])).stdout).toBe("sweep.sluice.dev/daily-20261122-4\n");
    setStatus("daily-20261122-4", { phase: "Complete" });
    insertSweep("daily-20261122-5", OF_DAILY, { phase: "Complete" });
    expect((await sluice(["run", "daily", "--output", "name"])).stdout).toBe("sweep.sluice.dev/daily-20261122-6\n");
  });

  test("creates no second Sweep while the window is being swept", async () => {
    insertCronSweep("daily");
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    const { code, stderr, stdout } = await sluice(["run", "daily"]);
    expect([code, stderr]).toEqual([0, "sweep.sluice.dev/by-hand is sweeping this window already\n"]);
    expect(stdout).toBe("Watch it: kubectl sluice status by-hand -n bgp --watch\n");
    expect(api.counts.get("create sweeps")).toBeUndefined();
  });

  test.each([
    ["complete", "Complete", 0],
    ["usable", "Usable", 0],
    ["incomplete", "Incomplete", 1],
    ["failed", "Failed", 2],
  ] as const)("--wait exits with the code of a sweep that is %s", async (_, phase, code) => {
    insertCronSweep("daily");
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    const running = started(["run", "daily", "--wait"]);
    await expect.poll(running.stderr, { timeout: 10_000 }).toContain("by-hand is sweeping this window already");
    setStatus("by-hand", { phase, targets: 10, settled: 9 });
    expect(await running.ended).toEqual({ code, stdout: expect.stringContaining(`Sweep by-hand   ${phase}`) as string, stderr: expect.stringContaining("by-hand") as string });
  });

  test("--wait outlives an API server that is away for a moment, and reports a deleted Sweep", async () => {
    insertCronSweep("daily");
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    api.fail({ verb: "get", resource: "sweeps", times: 6, how: { status: 503 } });
    const running = started(["run", "daily", "--wait"]);
    await expect.poll(running.stderr, { timeout: 10_000 }).toContain("by-hand: Running");
    api.objects.remove({ ...PLACE, plural: SWEEPS.plural }, { namespace: "bgp", name: "by-hand" }, undefined, "Background");
    expect(await running.ended).toMatchObject({ code: 2, stderr: expect.stringContaining("The Sweep by-hand was deleted. What it had committed is kept.") as string });
  });

  test("--wait that is interrupted leaves the sweep alone, and exits with 130", async () => {
    insertCronSweep("daily");
    const stop = new AbortController();
    const running = started(["run", "daily", "--wait"], stop.signal);
    await expect.poll(running.stderr, { timeout: 10_000 }).toContain("daily-20261122: Pending");
    stop.abort(new Error("interrupted"));
    expect((await running.ended).code).toBe(130);
    expect(sweep("daily-20261122").spec.suspend).toBe(false);
  });

  const wrong: Record<string, { args: string[]; says: string }> = {
    "a window that is not over": { args: ["--window", "2026-11-23"], says: "The window 2026-11-23 is not over yet; the newest that can be asked is 2026-11-22." },
    "a start off the grid": { args: ["--window", "2026-11-22T06:00"], says: "No window starts at 2026-11-22T06:00:00Z" },
  };

  test.each(Object.entries(wrong))("refuses %s before anything is created", async (_, { args, says }) => {
    insertCronSweep("daily");
    const { code, stderr } = await sluice(["run", "daily", ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(api.writes).toBe(0);
  });
});

describe("rerun", () => {
  test("says in the Sweep what is asked again: states, targets, memory", async () => {
    insertCronSweep("daily");
    await sluice(["rerun", "daily", "--window", "2026-11-20", "--state", "failed", "suspect", "--target", "AS3333", "--memory", "2Gi"]);
    expect(sweep("daily-20261120").spec).toEqual({
      cronSweepRef: { name: "daily" },
      window: { start: "2026-11-20" },
      select: ["failed", "suspect"],
      replace: false,
      suspend: false,
      targets: { list: ["AS3333"] },
      // More than the ladder goes up to by itself.
      batch: { memory: "2Gi", memoryMax: "2Gi" },
    });
  });

  test("of a Sweep asks its window again", async () => {
    insertCronSweep("daily");
    insertSweep("by-hand", { ...OF_DAILY, window: { start: "2026-11-19" } }, { phase: "Incomplete" });
    expect((await sluice(["rerun", "by-hand", "--all", "--replace", "-o", "name"])).stdout).toBe("sweep.sluice.dev/daily-20261119\n");
    expect(sweep("daily-20261119").spec).toMatchObject({ select: "all", replace: true });
  });

  test("of a Sweep without a CronSweep creates another one for the same dataset", async () => {
    const own = { provider: { name: "ripestat", sourceapp: "test" }, targets: { list: ["AS1"] }, window: { start: "2026-11-20" } };
    insertSweep("alone", own, { phase: "Incomplete", dataset: "bgp/alone" });
    await sluice(["rerun", "alone", "--state", "failed"]);
    expect(sweep("alone-2").spec).toMatchObject({ ...own, dataset: "bgp/alone", select: ["failed"] });
  });

  test("is refused while the window is being swept", async () => {
    insertCronSweep("daily");
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    expect(await sluice(["rerun", "daily"])).toMatchObject({ code: 2, stderr: "sluice: The Sweep by-hand is sweeping this window: wait until it has finished, or delete it.\n" });
  });
});

describe("pause and resume", () => {
  test("pause only annotates, and resume undoes that and spec.suspend", async () => {
    insertCronSweep("daily");
    expect((await sluice(["pause", "daily"])).stdout).toMatch(/^cronsweep\.sluice\.dev\/daily paused\. /);
    expect(cronSweep("daily")).toMatchObject({ metadata: { annotations: { "sluice.dev/paused": "true" } }, spec: { suspend: false } });
    api.objects.update({ ...PLACE, plural: CRON_SWEEPS.plural }, { namespace: "bgp", name: "daily" }, { ...cronSweep("daily"), spec: { ...cronSweep("daily").spec, suspend: true } }, "rest");
    expect((await sluice(["status"])).stdout).toMatch(/^cronsweep +schedule +next run +newest +state +behind +paused +age\ndaily .* suspended, paused +/);
    await sluice(["resume", "daily"]);
    expect(cronSweep("daily").spec.suspend).toBe(false);
    expect(cronSweep("daily").metadata.annotations?.["sluice.dev/paused"]).toBeUndefined();
  });

  test("resume of a Sweep warns if its CronSweep is still paused", async () => {
    insertCronSweep("daily", { annotations: { "sluice.dev/paused": "true" } });
    insertSweep("by-hand", OF_DAILY);
    expect((await sluice(["resume", "sweep/by-hand"])).stderr).toBe("Its CronSweep daily is still paused, and so is this Sweep until you run: kubectl sluice resume daily\n");
  });
});

describe("backfill", () => {
  test("without --to leaves the work to the controller, by catchUp.since", async () => {
    insertCronSweep("daily", { status: { windows: [{ from: "2026-11-01", to: "2026-11-21", state: "complete", lastAsked: "2026-11-21T05:00:00Z", turns: 1 }] } });
    const { code, stdout } = await sluice(["backfill", "daily", "--from", "2026-11-01"]);
    expect([code, stdout]).toEqual([0, "cronsweep.sluice.dev/daily catches up from 2026-11-01 on: 2 windows are not known to be complete, of 22.\n"]);
    expect(cronSweep("daily").spec.catchUp).toEqual({ since: "2026-11-01" });
    expect((await sluice(["backfill", "daily", "--from", "2026-11-05"])).stdout).toBe("cronsweep.sluice.dev/daily already catches up from 2026-11-05 on.\n");
    expect(cronSweep("daily").spec.catchUp).toEqual({ since: "2026-11-01" });
  });

  test("with --to creates one Sweep after the other, newest first, after the one that is running", async () => {
    insertCronSweep("daily");
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    const running = started(["backfill", "daily", "--from", "2026-11-19", "--to", "2026-11-20"]);
    await expect.poll(running.stderr, { timeout: 10_000 }).toContain("Waiting for by-hand to finish, since concurrencyPolicy is Forbid.");
    const seen: string[] = [];
    for (const name of ["by-hand", "daily-20261120", "daily-20261119"]) {
      await expect.poll(() => sweepNames(), { timeout: 20_000 }).toContain(name);
      seen.push(sweepNames().length.toString());
      setStatus(name, { phase: "Complete" });
    }
    expect(await running.ended).toMatchObject({ code: 0, stdout: "daily-20261120: Complete\ndaily-20261119: Complete\n" });
    expect(seen).toEqual(["1", "2", "3"]);
  });
});

function sweepNames(): string[] {
  return api.objects.list({ ...PLACE, plural: SWEEPS.plural }, "bgp").map(({ metadata }) => metadata.name);
}

describe("plan", () => {
  test("counts the windows that are due by what the cluster knows, and targets by the last sweep", async () => {
    insertCronSweep("daily", { status: { windows: [{ from: "2026-11-15", to: "2026-11-21", state: "complete", lastAsked: "2026-11-21T05:00:00Z", turns: 1 }] } });
    insertSweep("by-hand", OF_DAILY, { phase: "Incomplete", targets: 85_012, settled: 80_000 });
    const { code, stdout } = await sluice(["plan", "daily", "--from", "2026-11-20"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-11-22 +85,012 +80,000 +5,012/);
    expect(stdout).toMatch(/2026-11-21 +85,012 +nothing yet +85,012/);
    expect(stdout).toMatch(/2026-11-20 +85,012 +85,012 +0/);
    expect(stdout).toContain("by-hand counted this many");
  });
});

describe("logs", () => {
  test("are JSON as they were written, and readable for a person with what their pod is for", async () => {
    insertSweep("by-hand", OF_DAILY, { phase: "Running" });
    const line = `{"level":"warn","time":"2026-11-22T00:00:00.000Z","program":"batch","sweep":"by-hand","msg":"the host pauses","seconds":30}`;
    for (const [batch, state] of [["b12", "running"], ["b2", "waiting"]] as const) {
      const pods = { apiVersion: "v1", plural: "pods" };
      const metadata = { name: `by-hand-${batch}-x`, namespace: "bgp", labels: { "sluice.dev/sweep": "by-hand", "batch.kubernetes.io/job-name": `by-hand-${batch}` } };
      const pod = api.objects.insert(pods, { apiVersion: "v1", kind: "Pod", metadata });
      api.objects.update(pods, { namespace: "bgp", name: metadata.name }, { ...pod, status: { containerStatuses: [{ state: { [state]: {} } }] } }, "status");
      api.logs.set(`bgp/by-hand-${batch}-x`, `${line}\nplain words\n`);
    }
    expect((await sluice(["logs", "by-hand"])).stdout).toBe(`${line}\nplain words\n`);
    expect((await sluice(["logs", "by-hand", "-o", "text", "--batch", "12"])).stdout).toBe("b12    00:00:00 warn  the host pauses seconds=30\nb12    plain words\n");
    expect((await sluice(["logs", "by-hand", "--batch", "3"])).stderr).toContain("No pod of batch 3 of the Sweep by-hand has a log");
  });
});

describe("an error is one line", () => {
  test("for a misspelt name, with the one that was meant", async () => {
    insertCronSweep("ripestat-daily");
    expect(await sluice(["run", "ripestat-daly"])).toEqual({ code: 2, stdout: "", stderr: "sluice: There is no CronSweep ripestat-daly in the namespace bgp; did you mean ripestat-daily?\n" });
  });

  test("for a missing permission, with verb and resource", async () => {
    insertCronSweep("daily");
    const message = 'sweeps.sluice.dev is forbidden: User "me" cannot create resource "sweeps" in API group "sluice.dev" in the namespace "bgp"';
    api.fail({ verb: "create", resource: "sweeps", how: { status: 403, reason: "Forbidden", message } });
    expect(await sluice(["run", "daily"])).toEqual({ code: 3, stdout: "", stderr: `sluice: The cluster does not allow this: ${message}\n` });
  });

  test("for a cluster without Sluice, with the command that installs it", async () => {
    api.fail({ resource: "cronsweeps", how: { status: 404, message: "404 page not found" } });
    expect(await sluice(["run", "daily"])).toEqual({ code: 3, stdout: "", stderr: "sluice: Sluice is not installed in this cluster: it does not serve CronSweeps and Sweeps. Run: helm install sluice charts/sluice --namespace sluice --create-namespace\n" });
  });

  test("for an API server that is away", async () => {
    await api.goAway();
    const { code, stderr } = await sluice(["status"]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^sluice: The API server http:\/\/127\.0\.0\.1:\d+ cannot be reached: .*\n$/)]);
  });

  test("for a context that is not in the kubeconfig", async () => {
    expect(await sluice(["--context", "prod", "status"])).toEqual({ code: 2, stdout: "", stderr: `sluice: There is no context "prod" in ${kubeconfig}; known: test.\n` });
  });

  test("for a missing kubeconfig", async () => {
    const cli = aCli({ environment: { HOME: folder.path } });
    expect(await main(["status"], cli, KUBECTL_SLUICE)).toBe(3);
    expect(cli.stderr.text()).toBe("sluice: No kubeconfig found: name one with --kubeconfig or KUBECONFIG, or put it at ~/.kube/config.\n");
  });
});
