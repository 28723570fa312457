import type { V1Deployment } from "@kubernetes/client-node";
import { isForbidden } from "../../../kube/api-error.ts";
import { resource, type Kept } from "../../../kube/resource.ts";
import type { WorkerSettings } from "../../../controller/job/settings.ts";
import { listOf, toldSettings } from "../../../controller/job/told-settings.ts";
import type { Cluster } from "../cluster.ts";
import { listAll } from "../find.ts";

const DEPLOYMENTS = resource<Kept<V1Deployment>>("apps/v1", "Deployment", "deployments");

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

function installationOf({ metadata, spec }: Kept<V1Deployment>): Installation | null {
  const variables = spec?.template.spec?.containers.flatMap(({ env }) => env ?? []) ?? [];
  const told = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  if (told["SLUICE_IMAGE"] === undefined) return null;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    lease: told["SLUICE_LEASE"] ?? metadata.name,
    namespaces: listOf(told["SLUICE_NAMESPACES"]),
    workers: toldSettings(told),
  };
}
