import { Client } from "pg";
import { realClock } from "../../../src/bin/clock.ts";
import { type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import type { Window } from "../../../src/model/window.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { openCluster, type Cluster } from "../../cluster/cluster.ts";
import { connectionTo, targetOfKubeconfig } from "../../support/kube/kubeconfig-target.ts";
import { startCuttingProxy, type CuttingProxy } from "../../support/postgres/cutting-proxy.ts";
import { startPrivatePostgres, type PrivatePostgres } from "../../support/postgres/test-database.ts";
import { readOutcome, type Outcome, type Query } from "../../support/postgres/window-outcome.ts";
import { until } from "../../support/time/until.ts";
import { CHART_VALUES } from "./image.ts";
import { createNamespace } from "./namespace.ts";
import { exposeOutsideService } from "./outside-service.ts";

/** A provider and a database outside the cluster, and a namespace with its own controller. */
export interface Installation {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** As the cluster's administrator: faster than kubectl for polling. */
  readonly client: KubeClient;
  /** Reached over HTTPS, by a Service. */
  readonly simulator: Simulator;
  readonly postgres: PrivatePostgres;
  /** The proxy through which the pods reach Postgres, by a Service. */
  readonly wire: CuttingProxy;
  readonly query: Query;
  /** Installs the chart, or upgrades it. `release` is named after the namespace by default. */
  install(values?: object, chart?: { readonly folder?: string; readonly release?: string; readonly flags?: readonly string[] }): Promise<void>;
  uninstall(): Promise<void>;
  /** In the namespace. */
  kubectl(...words: readonly string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** A CronSweep that asks the simulator. @param spec merged over its template, section by section */
  aCronSweep(name: string, spec?: object, more?: object): object;
  sweep(name: string): Promise<SweepObject | null>;
  /** @returns the Sweep once it is so. @throws after `seconds`, with what was expected and the last status */
  untilSweep(name: string, what: string, isSo: (sweep: SweepObject) => boolean, seconds?: number): Promise<SweepObject>;
  outcome(dataset: string, window: Window): Promise<Outcome>;
  close(): Promise<void>;
}

const SECRET = { name: "bgp-db-app", key: "uri" };
const CA = "provider-ca";

/** @param scenario in the form of a scenario file */
export async function openInstallation(about: string, scenario: Readonly<Record<string, unknown>>): Promise<Installation> {
  const cluster = openCluster(process.env);
  const namespace = await createNamespace(cluster, about);
  const connection = connectionTo(await targetOfKubeconfig(cluster.kubeconfig));
  const client = new KubeClient(connection, { clock: realClock, random: () => Math.random(), userAgent: "sluice-e2e" });
  const hostOf = (name: string): string => `${name}.${namespace.name}.svc.cluster.local`;
  const simulator = await startSimulator(parseScenario({ tls: true, ...scenario }), { host: cluster.hostAddress, name: hostOf("provider"), now: () => performance.timeOrigin + performance.now() });
  const postgres = await startPrivatePostgres();
  const wire = await startCuttingProxy(postgres.url, cluster.hostAddress);
  // A new connection each time: the server may have been killed in between.
  const query: Query = async <Row>(sql: string): Promise<Row[]> => {
    const database = new Client({ connectionString: postgres.url });
    await database.connect();
    return database.query(sql).then(({ rows }) => rows as Row[]).finally(() => database.end());
  };
  const databaseUrl = new URL(wire.url);
  const port = Number(databaseUrl.port);
  databaseUrl.hostname = hostOf("postgres");
  const inNamespace = (object: object): object => ({ ...object, metadata: { ...(object as { metadata?: object }).metadata, namespace: namespace.name } });
  const apply = (...objects: readonly object[]): Promise<void> => cluster.apply(...objects.map(inNamespace));
  await exposeOutsideService(cluster, { namespace: namespace.name, name: "provider", port: Number(new URL(simulator.url).port) });
  await exposeOutsideService(cluster, { namespace: namespace.name, name: "postgres", port });
  await apply(
    { apiVersion: "v1", kind: "Secret", metadata: { name: SECRET.name }, stringData: { [SECRET.key]: databaseUrl.href } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: CA }, data: { "ca.crt": simulator.caCertificate ?? "" } },
  );
  let installed: string | null = null;
  const uninstall = async (): Promise<void> => {
    if (installed !== null) await cluster.helm("uninstall", installed, "--namespace", namespace.name, "--wait");
    installed = null;
  };
  const sweep = (name: string): Promise<SweepObject | null> => client.get(SWEEPS, { namespace: namespace.name, name });

  return {
    cluster,
    namespace: namespace.name,
    client,
    simulator,
    postgres,
    wire,
    query,
    apply,
    sweep,
    uninstall,
    async install(values = {}, { folder = "charts/sluice", release = namespace.name, flags = [] } = {}) {
      const all = [CHART_VALUES, { watch: { namespaces: [namespace.name] }, workers: { extraCA: { configMap: CA } } }, values];
      const settings = all.flatMap((part) => Object.entries(part).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]));
      await cluster.helm("upgrade", "--install", release, folder, "--namespace", namespace.name, ...settings, ...flags, "--wait", "--timeout", "120s");
      installed = release;
    },
    kubectl: (...words) => cluster.kubectl("--namespace", namespace.name, ...words),
    aCronSweep(name, spec = {}, more = {}) {
      return {
        apiVersion: "sluice.dev/v1alpha1",
        kind: "CronSweep",
        metadata: { name },
        spec: { schedule: "0 5 * * *", ...more, sweepTemplate: { spec: { ...TEMPLATE, provider: { name: "ripestat", sourceapp: "sluice-e2e", baseUrl: simulator.url }, ...spec } } },
      };
    },
    async untilSweep(name, what, isSo, seconds = 120) {
      let last: SweepObject | null = null;
      await until(
        `${name} ${what}`,
        async () => {
          last = await sweep(name);
          return last !== null && isSo(last);
        },
        seconds,
      ).catch((error: unknown) => {
        throw new Error(`${(error as Error).message}; last seen: ${JSON.stringify(last?.status)}`);
      });
      return last!;
    },
    outcome: (dataset, window) => readOutcome({ query, simulator, dataset, window, form: "unix" }),
    async close() {
      await uninstall();
      await namespace.remove();
      await connection.dispatcher.destroy();
      await wire.close();
      await simulator.close();
      await postgres.stop();
    },
  };
}

/** Short times, since the provider is near. */
const TEMPLATE = {
  window: { every: "24h", settle: "0s" },
  targets: { preset: "ris-asns", atLeast: 1 },
  request: { timeouts: { connect: "5s", headers: "10s", idle: "10s", target: "120s" } },
  host: { inFlight: 16, probeEvery: "2s", maxPause: "10s" },
  canaries: { every: "10s" },
  batch: { targets: 128, concurrency: 16, pods: 2, memory: "128Mi", memoryMax: "1Gi" },
  store: { secretRef: SECRET },
};
