import { readFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { selfSigned } from "../../src/simulate/certificate.ts";
import { modelAsNumbers } from "../../src/simulate/model-source.ts";
import { parseScenario } from "../../src/simulate/parse-scenario.ts";
import { type Simulator, startSimulator } from "../../src/simulate/server.ts";
import { type Cluster, openCluster } from "../cluster/cluster.ts";
import { command } from "../cluster/command.ts";
import { rightsListed, rightsTold } from "../support/docs/controller-rights.ts";
import { readPage } from "../support/docs/page.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/postgres/tls-postgres.ts";
import { aPlugin, type Plugin } from "../support/processes/kubectl-sluice.ts";
import { ROOT } from "../support/root.ts";
import { dayOf, YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { conditionOf } from "./support/events.ts";
import { CHART_VALUES } from "./support/image.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { exposeOutsideService } from "./support/outside-service.ts";

const IMAGE_FLAGS = Object.entries(CHART_VALUES.image).map(([key, value]) => `--set=image.${key}=${value}`).join(" ");

/** Runs a command as a page or a note prints it, in the project's folder. */
function typed(line: string): Promise<string> {
  return command("bash", ["-c", `cd '${ROOT}' && ${line}`]);
}

async function rightsOf(cluster: Cluster, account: string, namespace: string): Promise<string[]> {
  return rightsListed(await cluster.kubectl("auth", "can-i", "--list", "--namespace", namespace, "--as", `system:serviceaccount:${account}`)).sort();
}

describe("installed for the whole cluster, by the words of README", () => {
  const SEED = 11;
  const TARGETS = 300;
  let cluster: Cluster;
  let simulator: Simulator;
  let plugin: Plugin;
  let notes: readonly string[];

  beforeAll(async () => {
    cluster = openCluster(process.env);
    plugin = await aPlugin(cluster.kubeconfig);
    const scenario = parseScenario({ seed: SEED, compression: ["gzip"], source: { kind: "model", targets: TARGETS, active: 0.5, largest: 2000 } });
    simulator = await startSimulator(scenario, { host: cluster.hostAddress, name: "provider.bgp.svc.cluster.local", now: () => performance.timeOrigin + performance.now() });
  });

  afterAll(async () => {
    await cluster.helm("uninstall", "sluice", "--namespace", "sluice", "--ignore-not-found", "--wait");
    await cluster.kubectl("delete", "namespace", "bgp", "sluice", "--ignore-not-found", "--timeout=120s");
    await simulator.close();
    await plugin.remove();
  });

  test("helm install works and prints three commands", async () => {
    const [install] = /^ {4}helm install .*$/m.exec(readPage("README.md"))!;
    const printed = await typed(`${install} ${IMAGE_FLAGS} --wait --timeout 120s`);
    notes = [...printed.matchAll(/^ {2}\d\. .*? {3,}(\S.*)$/gm)].map(([, line]) => line!);
    expect(notes).toHaveLength(3);
  });

  test("its namespace may enforce the restricted standard, and helm test passes", async () => {
    await cluster.kubectl("label", "namespace", "sluice", "pod-security.kubernetes.io/enforce=restricted");
    await cluster.kubectl("--namespace", "sluice", "rollout", "restart", "deployment/sluice");
    await cluster.kubectl("--namespace", "sluice", "rollout", "status", "deployment/sluice", "--timeout=120s");
    expect(await typed(notes[0]!)).toMatch(/Phase: +Succeeded/);
  });

  test("the controller's account may do what docs/kubernetes-reference.md says, and no more", async () => {
    const { watched, lease } = rightsTold("sluice");
    expect(await rightsOf(cluster, "sluice:sluice", "default")).toEqual([...watched].sort());
    expect(await rightsOf(cluster, "sluice:sluice", "sluice")).toEqual([...watched, ...lease].sort());
  });

  test("the examples are accepted unchanged, and the third command shows them", async () => {
    await typed(notes[1]!);
    // Another host than the real one, and a list as long as the simulated one.
    const spec = { provider: { baseUrl: simulator.url }, targets: { atLeast: TARGETS } };
    await cluster.kubectl("--namespace", "bgp", "patch", "cronsweep", "ripestat-daily", "--type=merge", "--patch", JSON.stringify({ spec: { sweepTemplate: { spec } } }));
    await exposeOutsideService(cluster, { namespace: "bgp", name: "provider", port: Number(new URL(simulator.url).port) });
    await cluster.kubectl("--namespace", "bgp", "rollout", "status", "deployment/bgp-db", "--timeout=120s");
    await cluster.kubectl("--namespace", "bgp", "wait", "cronsweep/ripestat-daily", "--for=condition=Accepted", "--timeout=30s");
    expect(await typed(notes[2]!)).toMatch(/^bgp +cronsweep.sluice.dev\/ripestat-daily +0 5 \* \* \* +Etc\/UTC +\S+T05:00:00Z /m);
  });

  test("kubectl sluice check finds everything in order", async () => {
    for (const words of [["check"], ["check", "ripestat-daily", "--namespace", "bgp"]]) {
      const { code, stdout } = await plugin.throughKubectl(words);
      process.stdout.write(stdout);
      expect(stdout).not.toMatch(/^not ok/m);
      expect(code).toBe(0);
    }
  });

  test("a trigger sweeps the newest window", async () => {
    await typed("kubectl annotate cronsweep ripestat-daily sluice.dev/trigger=latest --overwrite --namespace bgp");
    await cluster.kubectl("--namespace", "bgp", "wait", "sweep", "--selector=sluice.dev/cronsweep=ripestat-daily", "--for=create", "--timeout=30s");
    await cluster.kubectl("--namespace", "bgp", "wait", "sweep", "--selector=sluice.dev/cronsweep=ripestat-daily", "--for=condition=Complete", "--timeout=180s");
    const { items } = JSON.parse(await cluster.kubectl("--namespace", "bgp", "get", "sweeps", "--output=json")) as { items: SweepObject[] };
    const { spec, status } = items[0]!;
    const start = Date.parse(spec.window.start) / 1000;
    const updates = modelAsNumbers(SEED, TARGETS).reduce((sum, number) => sum + simulator.expected(`AS${number}`, { start, end: start + 86_400 }).updates, 0);
    expect(status).toMatchObject({ phase: "Complete", settledOfTargets: "300/300", batches: "3/3", verdict: "complete", flow: { totals: { updates } } });
  });

  test("kubectl create of a Sweep asks another day, with more memory", async () => {
    const day = dayOf({ start: YESTERDAY.start - 2 * 86_400, end: YESTERDAY.end });
    const example = (await readFile(path.join(ROOT, "examples/rerun.yaml"), "utf8")).replaceAll("2026-11-20", day);
    await command("kubectl", ["create", "--filename", "-"], example);
    await cluster.kubectl("--namespace", "bgp", "wait", `sweep/again-${day}`, "--for=condition=Complete", "--timeout=180s");
    expect(await cluster.kubectl("--namespace", "bgp", "get", "sweep", `again-${day}`)).toMatch(new RegExp(`${day} +Complete +1 +300/300 +0 +3/3 +\\d+Mi/512Mi`));
  });

  test("kubectl get and describe show what was done", async () => {
    const columns = await typed(notes[2]!);
    process.stdout.write(columns);
    expect(columns).toMatch(/^NAMESPACE +NAME +SCHEDULE +TIMEZONE +NEXT RUN +NEWEST +STATE +BEHIND +SUSPENDED +AGE$/m);
    expect(columns).toMatch(/^NAMESPACE +NAME +WINDOW +PHASE +PASS +SETTLED +FAILED +BATCHES +MEMORY +RATE +ETA +AGE +WAITING$/m);
    const ofSweep = await cluster.kubectl("--namespace", "bgp", "describe", "sweep", "--selector=sluice.dev/cronsweep=ripestat-daily");
    const inOrder = ["Message:               300 of 300 targets are settled.", "Pass 1: 300 targets unsettled, in 3 batches.", "Pass 1 has finished.", "The window is complete: 300 of 300 targets settled."];
    expect(inOrder.filter((line) => !ofSweep.includes(line))).toEqual([]);
    const ofCronSweep = await cluster.kubectl("--namespace", "bgp", "describe", "cronsweep", "ripestat-daily");
    for (const reason of ["Accepted", "BeforeFirstRun", "Triggered", "SweepBegan", "SweepEnded"]) expect(ofCronSweep).toContain(reason);
  });
});

describe("installed for one namespace", () => {
  const DATABASE = "bgp-db-rw";
  let installation: Installation;
  let database: TlsPostgres;

  beforeAll(async () => {
    installation = await openInstallation("one", { seed: 7, compression: ["gzip"], source: { kind: "model", targets: 100, active: 0.5, largest: 2000 } });
    await installation.install({ rbac: { aggregate: false } });
    database = await startTlsPostgres({ name: `${DATABASE}.${installation.namespace}`, address: installation.cluster.hostAddress });
    await exposeOutsideService(installation.cluster, { namespace: installation.namespace, name: DATABASE, port: database.port! });
  });

  afterAll(async () => {
    await installation.close();
    await database.close();
  });

  test("the controller may do nothing elsewhere", async () => {
    const { watched, lease } = rightsTold(installation.namespace);
    const account = `${installation.namespace}:${installation.namespace}`;
    expect(await rightsOf(installation.cluster, account, installation.namespace)).toEqual([...watched, ...lease].sort());
    expect(await rightsOf(installation.cluster, account, "default")).toEqual([]);
    await installation.kubectl("wait", "lease", installation.namespace, "--for=create", "--timeout=60s");
  });

  test("the Secrets of a CloudNativePG cluster work unchanged, and a certificate of another CA is not trusted", async () => {
    const host = `${DATABASE}.${installation.namespace}`;
    const place = { host, port: String(database.port), dbname: "sluice", username: "sluice", password: "none", uri: `postgresql://sluice:none@${host}:${database.port!}/sluice` };
    const ca = (certificate: string): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "bgp-db-ca" }, stringData: { "ca.crt": certificate } });
    const store = { secretRef: { name: "bgp-db-tls", key: "uri" }, caRef: { name: "bgp-db-ca", key: "ca.crt" } };
    await installation.apply({ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/basic-auth", metadata: { name: "bgp-db-tls" }, stringData: place }, ca(selfSigned([host]).certificate));
    await installation.apply(installation.aCronSweep("sealed", { store }, NEVER), aSweep("by-tls", "sealed", YESTERDAY));
    const blocked = await installation.untilSweep("by-tls", "is blocked", ({ status }) => status?.phase === "Blocked");
    expect(conditionOf(blocked, "Blocked")?.message).toMatch(new RegExp(`The database at ${host}:\\d+/sluice presents a certificate that is not trusted: `));

    await installation.apply(ca(database.ca));
    const { status } = await installation.untilSweep("by-tls", "is finished", ({ status }) => status?.finishedAt !== undefined);
    expect(status).toMatchObject({ phase: "Complete", settled: 100, flow: { pass: 1 } });
    const client = new Client({ connectionString: database.url("localhost"), ssl: { ca: database.ca } });
    await client.connect();
    const { rows } = await client.query<{ state: string; settled: number }>("select state, settled from sluice.windows").finally(() => client.end());
    expect(rows).toEqual([{ state: "complete", settled: 100 }]);
    await until("nothing of it is left", async () => (await installation.kubectl("get", "jobs", "--output", "name")) === "");
  });
});
