import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepObject } from "../../../src/controller/resources.ts";
import { aPlugin, type Plugin } from "../../support/processes/kubectl-sluice.ts";
import type { Ended } from "../../support/processes/sluice.ts";
import { dayOf, YESTERDAY } from "../../support/sweeps/local-sweep.ts";
import { openInstallation, type Installation } from "../support/installation.ts";

const DAY = dayOf(YESTERDAY);
const FIRST = `daily-${DAY.replaceAll("-", "")}`;

describe("kubectl sluice on a real cluster", () => {
  let installation: Installation;
  let plugin: Plugin;
  const sluice = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await plugin.throughKubectl([...args, "--namespace", installation.namespace]);
    process.stdout.write(`$ kubectl sluice ${args.join(" ")}\n${ended.stderr}${ended.stdout}(${ended.code})\n\n`);
    return ended;
  };

  beforeAll(async () => {
    installation = await openInstallation("plugin", { seed: 7, compression: ["gzip"], source: { kind: "model", targets: 640, active: 0.5, largest: 3000 }, limits: { inFlight: 16 } });
    plugin = await aPlugin(installation.cluster.kubeconfig);
    await installation.install();
    // Its schedule is years away: only commands start a sweep.
    await installation.apply(installation.aCronSweep("daily", {}, { schedule: "0 0 29 2 *" }));
  });

  afterAll(async () => {
    await plugin.remove();
    await installation.close();
  });

  test("check finds everything in order, database and host included, and leaves no Job behind", async () => {
    const { code, stdout } = await sluice("check", "daily");
    expect(stdout).not.toMatch(/^(not ok|unknown)/m);
    expect(stdout).toMatch(/^ok +database +PostgreSQL [0-9.]+ at .*; the first sweep creates the schema$/m);
    expect(stdout).toMatch(/^ok +host +provider\..* answers$/m);
    expect(code).toBe(0);
    expect(await installation.kubectl("get", "jobs", "--output", "name")).toBe("");
  });

  test("plan says what is due", async () => {
    const { code, stdout } = await sluice("plan", "daily", "--window", DAY);
    expect(stdout).toContain(DAY);
    expect(code).toBe(0);
  });

  test("run creates a Sweep, shows it until it is finished, and exits with its code", async () => {
    const { code, stdout, stderr } = await sluice("run", "daily", "--window", DAY, "--wait");
    expect(stderr).toContain(`sweep.sluice.dev/${FIRST} created`);
    expect(stdout).toContain(`Sweep ${FIRST}   Complete`);
    expect(code).toBe(0);
    expect(await installation.sweep(FIRST)).toMatchObject({ metadata: { labels: { "sluice.dev/cronsweep": "daily" }, ownerReferences: [{ kind: "CronSweep", name: "daily" }] }, status: { phase: "Complete", settled: 640 } });
  });

  test("status shows the CronSweep, its windows and its Sweeps", async () => {
    expect((await sluice("status")).stdout).toMatch(new RegExp(`^${FIRST} +${DAY} +Complete`, "m"));
    expect((await sluice("status", "daily")).stdout).toContain("CronSweep daily");
    const { stdout } = await sluice("status", FIRST, "--output", "json");
    expect((JSON.parse(stdout) as SweepObject).status?.verdict).toBe("complete");
  });

  test("rerun asks again with more memory, and pause, resume and logs find the running sweep", async () => {
    const made = await sluice("rerun", FIRST, "--all", "--memory", "256Mi", "--output", "name");
    expect(made).toMatchObject({ code: 0, stdout: `sweep.sluice.dev/${FIRST}-2\n` });
    await installation.untilSweep(`${FIRST}-2`, "has batches at work", ({ status }) => (status?.flow?.running.length ?? 0) > 0);
    expect((await sluice("logs", `${FIRST}-2`, "--output", "text")).code).toBe(0);
    expect((await sluice("pause", "daily")).stdout).toContain("cronsweep.sluice.dev/daily paused");
    await installation.untilSweep(`${FIRST}-2`, "is held", ({ status }) => status?.phase === "Suspended" || status?.finishedAt !== undefined);
    expect((await sluice("resume", "daily")).code).toBe(0);
    const { stdout, code } = await sluice("status", `${FIRST}-2`, "--watch");
    expect([code, stdout.includes("Complete")]).toEqual([0, true]);
    expect(await installation.sweep(`${FIRST}-2`)).toMatchObject({ spec: { select: "all", batch: { memory: "256Mi" } }, status: { phase: "Complete" } });
  });

  test("backfill sweeps the windows that are not complete, one after the other", async () => {
    const from = new Date(YESTERDAY.start * 1000 - 2 * 86_400_000).toISOString().slice(0, 10);
    const { code, stdout } = await sluice("backfill", "daily", "--from", from, "--to", DAY);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(code).toBe(0);
    expect((await sluice("backfill", "daily", "--from", from)).stdout).toContain(`catches up from ${from} on`);
    expect(JSON.parse(await installation.kubectl("get", "cronsweep", "daily", "--output", "jsonpath={.spec.catchUp}"))).toEqual({ since: from });
  });

  test("a misspelt name is reported with a suggestion", async () => {
    expect(await sluice("run", "dayly")).toMatchObject({ code: 2, stdout: "", stderr: `sluice: There is no CronSweep dayly in the namespace ${installation.namespace}; did you mean daily?\n` });
  });

  test("an unavailable database is reported, and the host is checked all the same", async () => {
    await installation.kubectl("patch", "secret", "bgp-db-app", "--patch", JSON.stringify({ stringData: { uri: `postgresql://nobody:x@postgres.${installation.namespace}.svc.cluster.local:1/none?connect_timeout=2` } }));
    const { code, stdout } = await sluice("check", "daily");
    expect(stdout).toMatch(/^not ok +database/m);
    expect(stdout).toMatch(/^ok +host/m);
    expect(code).toBe(3);
  });
});
