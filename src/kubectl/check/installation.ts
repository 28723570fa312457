import type { V1Deployment } from "@kubernetes/client-node";
import { request } from "undici";
import type { Cli } from "../../cli/main.ts";
import { type WorkerSettings, listOf, workerSettingsFrom } from "../../controller/job/settings.ts";
import { isForbidden } from "../../kube/api-error.ts";
import { resource, type ApiObject, LEASES, type Lease } from "../../kube/object.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import { type Cluster, INSTALL } from "../cluster.ts";
import { listAll } from "../find.ts";
import { notOk, ok, unknown, type Finding } from "./finding.ts";

const DEPLOYMENTS = resource<ApiObject<V1Deployment>>("apps/v1", "Deployment", "deployments");

/** A controller, as its Deployment describes it. */
export interface Installation {
  readonly namespace: string;
  readonly name: string;
  readonly lease: string;
  /** Empty: it watches all namespaces. */
  readonly namespaces: readonly string[];
  readonly workers: WorkerSettings;
}

/** The controllers of the cluster; null if this user may not list them. */
export async function findInstallations({ client }: Pick<Cluster, "client">): Promise<Installation[] | null> {
  try {
    const found = await listAll(client, DEPLOYMENTS, undefined, "app.kubernetes.io/name=sluice,app.kubernetes.io/component=controller");
    return found.flatMap((deployment) => installationOf(deployment) ?? []);
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

/** The controller that watches a namespace. */
export function installationFor(found: readonly Installation[], namespace: string): Installation | undefined {
  return found.find(({ namespaces }) => namespaces.includes(namespace)) ?? found.find(({ namespaces }) => namespaces.length === 0);
}

function installationOf({ metadata, spec }: ApiObject<V1Deployment>): Installation | null {
  const variables = spec?.template.spec?.containers.flatMap(({ env }) => env ?? []) ?? [];
  const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  if (environment["SLUICE_IMAGE"] === undefined) return null;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    lease: environment["SLUICE_LEASE"] ?? metadata.name,
    namespaces: listOf(environment["SLUICE_NAMESPACES"]),
    workers: workerSettingsFrom(environment),
  };
}

/** The Lease is renewed every two seconds and lasts fifteen; the rest allows for clocks that differ. */
const FRESH_SECONDS = 45;

/** A controller that was just installed needs a moment to take its Lease. */
const PATIENCE_SECONDS = 30;

interface LeasePlace {
  readonly namespace: string;
  readonly lease: string;
  /** Name of the Deployment, for the advice. */
  readonly deployment: string;
}

/** Whether a controller holds the Lease and renews it. */
export async function checkLease({ client }: Pick<Cluster, "client">, { namespace, lease, deployment }: LeasePlace, now: number): Promise<Finding> {
  const cure = `kubectl --namespace ${namespace} logs deployment/${deployment} says why.`;
  try {
    const found = await client.get(LEASES, { namespace, name: lease });
    return found === null ? notOk("controller", `no controller has started yet: there is no Lease ${namespace}/${lease}`, cure) : leaseFinding(found, now, cure);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return unknown("controller", `not checked: you may not read the Lease ${namespace}/${lease}`);
  }
}

function leaseFinding({ metadata, spec }: Lease, now: number, cure: string): Finding {
  const name = `${metadata.namespace ?? ""}/${metadata.name}`;
  const holder = spec?.holderIdentity ?? "";
  if (holder === "") return notOk("controller", `no controller is active: nobody holds the Lease ${name}`, cure);
  const age = Math.round((now - Date.parse(spec?.renewTime ?? "")) / 1000);
  if (!(Math.abs(age) <= FRESH_SECONDS)) return notOk("controller", `${holder} holds the Lease ${name} but has not renewed it for ${age} s`, cure);
  return ok("controller", `${holder} is active`);
}

/** Whether the controller at this address says that it is ready. */
export async function checkReady(url: string): Promise<Finding> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`, { headersTimeout: 5000, bodyTimeout: 5000 });
    const text = (await body.text()).trim().slice(0, 200);
    return statusCode === 200 ? ok("readyz", "the controller is ready") : notOk("readyz", `the controller is not ready: HTTP ${statusCode} ${text}`.trim());
  } catch (error) {
    return notOk("readyz", `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`, "Does a NetworkPolicy block it?");
  }
}

/** Repeats a check until it is ok, for at most 30 seconds. */
export async function retryUntilOk(cli: Pick<Cli, "clock" | "signal">, check: () => Promise<Finding>): Promise<Finding> {
  const until = cli.clock.monotonic() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const finding = await check();
    if (finding.state === "ok" || cli.clock.monotonic() >= until) return finding;
    await cli.clock.sleep(1000, cli.signal);
    cli.signal.throwIfAborted();
  }
}

/** The first version in which CEL knows quantities and the failure policy of Jobs needs no feature gate. */
const LEAST_MINOR = 31;

export async function checkServer({ client, server }: Pick<Cluster, "client" | "server">): Promise<Finding> {
  const { major = "", minor = "", gitVersion = "?" } = (await client.about("/version")) as { major?: string; minor?: string; gitVersion?: string };
  // Some providers write "34+".
  const isNewEnough = Number(major) > 1 || Number.parseInt(minor, 10) >= LEAST_MINOR;
  const said = `Kubernetes ${gitVersion.replace(/^v/, "")} at ${server}`;
  return isNewEnough ? ok("API server", said) : notOk("API server", said, `Sluice needs Kubernetes 1.${LEAST_MINOR} or newer.`);
}

/** Asks what the server serves: every user may, and a definition that is not established is not served. */
export async function checkKinds({ client }: Pick<Cluster, "client">): Promise<Finding> {
  const served = (await client.about(`/apis/${API_VERSION}`)) as { resources?: readonly { name: string }[] } | null;
  if (served !== null) {
    const names = (served.resources ?? []).map(({ name }) => name);
    const missing = ["cronsweeps", "sweeps", "cronsweeps/status", "sweeps/status"].filter((name) => !names.includes(name));
    return missing.length === 0 ? ok("kinds", `CronSweep and Sweep are served as ${API_VERSION}`) : notOk("kinds", `${API_VERSION} lacks ${missing.join(", ")}`, INSTALL);
  }
  const group = (await client.about("/apis/sluice.dev")) as { versions?: readonly { version: string }[] } | null;
  if (group === null) return notOk("kinds", "the cluster serves neither CronSweep nor Sweep", INSTALL);
  return notOk("kinds", `the cluster does not serve ${API_VERSION}, but ${(group.versions ?? []).map(({ version }) => version).join(", ")}`, "Use the plugin of the installed version, or run helm upgrade.");
}
