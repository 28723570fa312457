import type { V1Deployment } from "@kubernetes/client-node";
import { request } from "undici";
import type { Cli } from "../../cli/main.ts";
import { type WorkerSettings, listOf, workerSettingsFrom } from "../../controller/job/settings.ts";
import { isForbidden } from "../../kube/api-error.ts";
import { resource, type Transformed, LEASES, type Lease } from "../../kube/object.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import { type Cluster, INSTALL } from "../cluster.ts";
import { listAll } from "../find.ts";
import { notOk, ok, unknown, type Finding } from "./finding.ts";

const DEPLOYMENTS = resource<Transformed<V1Deployment>>("apps/v1", "Deployment", "deployments");

/** A controller as its Deployment says it. */
export interface Installation {
  readonly namespace: string;
  readonly name: string;
  readonly lease: string;
  /** None: it watches all. */
  readonly namespaces: readonly string[];
  readonly workers: WorkerSettings;
}

/** The controllers of the cluster; null where one may not look for them. */
export async function findInstallations({ client }: Pick<Cluster, "client">): Promise<Installation[] | null> {
  try {
    const found = await listAll(client, DEPLOYMENTS, undefined, "app.kubernetes.io/name=sluice,app.kubernetes.io/component=controller");
    return found.flatMap((deployment) => installationOf(deployment) ?? []);
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

/** The one that looks after a namespace. */
export function installationFor(found: readonly Installation[], namespace: string): Installation | undefined {
  return found.find(({ namespaces }) => namespaces.includes(namespace)) ?? found.find(({ namespaces }) => namespaces.length === 0);
}

function installationOf({ metadata, spec }: Transformed<V1Deployment>): Installation | null {
  const variables = spec?.template.spec?.containers.flatMap(({ env }) => env ?? []) ?? [];
  const told = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  if (told["SLUICE_IMAGE"] === undefined) return null;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    lease: told["SLUICE_LEASE"] ?? metadata.name,
    namespaces: listOf(told["SLUICE_NAMESPACES"]),
    workers: workerSettingsFrom(told),
  };
}

/** A Lease is renewed every two seconds and lasts fifteen; the rest is for clocks that differ. */
const FRESH_SECONDS = 45;

/** One that was just installed has to find its Lease first. */
const PATIENCE_SECONDS = 30;

export interface LeasePlace {
  readonly namespace: string;
  readonly lease: string;
  /** Of the Deployment, for the cure. */
  readonly deployment: string;
}

/** Whether a controller is at work. */
export async function checkLease({ client }: Pick<Cluster, "client">, { namespace, lease, deployment }: LeasePlace, now: number): Promise<Finding> {
  const cure = `kubectl --namespace ${namespace} logs deployment/${deployment} says why.`;
  try {
    const found = await client.get(LEASES, { namespace, name: lease });
    return found === null ? notOk("controller", `no controller has begun yet: there is no Lease ${namespace}/${lease}`, cure) : leaseFinding(found, now, cure);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return unknown("controller", `the Lease ${namespace}/${lease} may not be read by you`);
  }
}

function leaseFinding({ metadata, spec }: Lease, now: number, cure: string): Finding {
  const name = `${metadata.namespace ?? ""}/${metadata.name}`;
  const holder = spec?.holderIdentity ?? "";
  if (holder === "") return notOk("controller", `none is at work: nobody holds the Lease ${name}`, cure);
  const age = Math.round((now - Date.parse(spec?.renewTime ?? "")) / 1000);
  if (!(Math.abs(age) <= FRESH_SECONDS)) return notOk("controller", `${holder} holds the Lease ${name}, and has not renewed it for ${age} s`, cure);
  return ok("controller", `${holder} is at work`);
}

/** By its own word, where its address is known. */
export async function checkReady(url: string): Promise<Finding> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`, { headersTimeout: 5000, bodyTimeout: 5000 });
    const said = (await body.text()).trim().slice(0, 200);
    return statusCode === 200 ? ok("readyz", "the controller is ready") : notOk("readyz", `the controller is not ready: HTTP ${statusCode} ${said}`.trim());
  } catch (error) {
    return notOk("readyz", `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`, "Does a NetworkPolicy stand between?");
  }
}

/** Again until it is well, or the patience is at its end. */
export async function patiently(cli: Pick<Cli, "clock" | "signal">, look: () => Promise<Finding>): Promise<Finding> {
  const until = cli.clock.monotonic() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const finding = await look();
    if (finding.state === "ok" || cli.clock.monotonic() >= until) return finding;
    await cli.clock.sleep(1000, cli.signal);
    cli.signal.throwIfAborted();
  }
}

/** CEL in the definitions knows quantities, and Jobs their failure policy without a feature gate, from here on. */
const LEAST_MINOR = 31;

export async function checkServer({ client, server }: Pick<Cluster, "client" | "server">): Promise<Finding> {
  const { major = "", minor = "", gitVersion = "?" } = (await client.about("/version")) as { major?: string; minor?: string; gitVersion?: string };
  // "34+", as some providers write it.
  const isNewEnough = Number(major) > 1 || Number.parseInt(minor, 10) >= LEAST_MINOR;
  const said = `Kubernetes ${gitVersion.replace(/^v/, "")} at ${server}`;
  return isNewEnough ? ok("API server", said) : notOk("API server", said, `Kubernetes 1.${LEAST_MINOR} or newer is needed.`);
}

/** By what the server serves: everybody may ask that, and a definition that is not established is not served. */
export async function checkKinds({ client }: Pick<Cluster, "client">): Promise<Finding> {
  const served = (await client.about(`/apis/${API_VERSION}`)) as { resources?: readonly { name: string }[] } | null;
  if (served !== null) {
    const names = (served.resources ?? []).map(({ name }) => name);
    const missing = ["cronsweeps", "sweeps", "cronsweeps/status", "sweeps/status"].filter((name) => !names.includes(name));
    return missing.length === 0 ? ok("kinds", `CronSweep and Sweep are served as ${API_VERSION}`) : notOk("kinds", `${API_VERSION} lacks ${missing.join(", ")}`, INSTALL);
  }
  const group = (await client.about("/apis/sluice.dev")) as { versions?: readonly { version: string }[] } | null;
  if (group === null) return notOk("kinds", "the cluster knows neither CronSweep nor Sweep", INSTALL);
  return notOk("kinds", `${API_VERSION} is not served, but ${(group.versions ?? []).map(({ version }) => version).join(", ")}`, "Use the plugin of the version that is installed, or helm upgrade.");
}
