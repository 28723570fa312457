import { Option, type Command } from "commander";
import type { Cli } from "../cli/main.ts";
import { ApiError, ApiUnreachable } from "../kube/api-error.ts";
import { KubeClient } from "../kube/client.ts";
import { inClusterConnection, ownNamespace } from "../kube/in-cluster.ts";
import type { Connection } from "../kube/requests.ts";
import { SurroundingsError, SpecError } from "../model/errors.ts";
import { kubeconfigConnection, kubeconfigFiles, type ClusterChoice } from "./kubeconfig.ts";

export interface Cluster {
  readonly client: KubeClient;
  readonly server: string;
  readonly namespace: string;
  /** Inside a pod, with its ServiceAccount: there nobody has a kubeconfig. */
  readonly isInside: boolean;
}

/** Where every pod that has one finds its ServiceAccount's token. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Does something with the cluster that is meant, and tells what went wrong with it in one sentence. */
export async function withCluster<Result>(cli: Cli, options: ClusterOptions, work: (cluster: Cluster) => Promise<Result>): Promise<Result> {
  const { connection, namespace, isInside } = await connect(cli, options);
  const client = new KubeClient(connection, { clock: cli.clock, random: cli.random, userAgent: `sluice/${cli.version}` });
  try {
    return await work({ client, server: connection.server, namespace: options.namespace ?? namespace, isInside });
  } catch (error) {
    throw explained(error, connection.server);
  } finally {
    await connection.dispatcher.destroy();
  }
}

async function connect(cli: Cli, options: ClusterOptions): Promise<{ connection: Connection; namespace: string; isInside: boolean }> {
  const files = kubeconfigFiles(options, cli.environment);
  if (files.length > 0) return { ...(await kubeconfigConnection(files, options)), isInside: false };
  const host = cli.environment["KUBERNETES_SERVICE_HOST"];
  if (host === undefined) throw new SurroundingsError("There is no kubeconfig: --kubeconfig or KUBECONFIG names one, or it stands in ~/.kube/config.");
  const place = { folder: SERVICE_ACCOUNT, host, port: cli.environment["KUBERNETES_SERVICE_PORT"] ?? "443" };
  return { connection: await inClusterConnection(place, cli.clock), namespace: cli.environment["POD_NAMESPACE"] ?? (await ownNamespace(SERVICE_ACCOUNT)), isInside: true };
}

/** What brings the kinds that a cluster does not know. */
export const INSTALL = "helm install sluice charts/sluice --namespace sluice --create-namespace";

/** What went wrong with the cluster, as the sentence of somebody who can do something about it; what is none of the API's business stays as it is. */
export function explained(error: unknown, server: string): unknown {
  if (error instanceof ApiUnreachable) return new SurroundingsError(`The API server ${server} cannot be reached: ${lastPart(error.message)}.`);
  if (!(error instanceof ApiError)) return error;
  const { status, message } = error;
  if (status === 401) return new SurroundingsError(`The API server ${server} does not know who asks: the credentials of this context are wrong or too old.`);
  // Its message says who, and which verb on which resource.
  if (status === 403) return new SurroundingsError(`The cluster does not allow this: ${message}`);
  if (isUnknownKind(error)) return new SurroundingsError(`This cluster knows no CronSweeps and Sweeps: ${INSTALL}`);
  if (status === 400 || status === 404 || status === 422) return new SpecError(message);
  return new SurroundingsError(`The API server ${server} refuses: ${message}`);
}

/** A path that the server does not serve, and not an object that is not there. */
export function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && !/" not found$/.test(error.message);
}

/** "GET /api/v1/…: connect ECONNREFUSED 127.0.0.1:6443": the path says nothing to a person. */
function lastPart(message: string): string {
  return message.replace(/^[A-Z]+ \S+: /, "");
}

/** Which cluster, and which namespace of it. */
export interface ClusterOptions extends ClusterChoice {
  readonly namespace?: string;
}

export type ObjectOutput = "text" | "name" | "json" | "yaml";

/** As kubectl calls them. */
export function addClusterOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "the namespace (default: the context's)")
    .option("--context <name>", "the context of the kubeconfig (default: its current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, or ~/.kube/config)");
}

export function objectOutputOption(choices: readonly ObjectOutput[] = ["text", "json", "yaml"]): Option {
  return new Option("-o, --output <format>", "how the result is printed").choices(choices).default("text");
}
