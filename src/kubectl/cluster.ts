import type { Command } from "commander";
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
  /** Connected from inside a pod, with its ServiceAccount: there is no kubeconfig. */
  readonly isInside: boolean;
}

/** Where Kubernetes mounts the token of a pod's ServiceAccount. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Runs `work` against the chosen cluster. An error of its API becomes one sentence that a person can act on. */
export async function withCluster<Result>(cli: Cli, options: ClusterOptions, work: (cluster: Cluster) => Promise<Result>): Promise<Result> {
  const { connection, namespace, isInside } = await connect(cli, options);
  const client = new KubeClient(connection, { clock: cli.clock, random: cli.random, userAgent: `sluice/${cli.version}` });
  try {
    return await work({ client, server: connection.server, namespace: options.namespace ?? namespace, isInside });
  } catch (error) {
    throw explainApiError(error, connection.server);
  } finally {
    await connection.dispatcher.destroy();
  }
}

async function connect(cli: Cli, options: ClusterOptions): Promise<{ connection: Connection; namespace: string; isInside: boolean }> {
  const files = kubeconfigFiles(options, cli.environment);
  if (files.length > 0) return { ...(await kubeconfigConnection(files, options)), isInside: false };
  const host = cli.environment["KUBERNETES_SERVICE_HOST"];
  if (host === undefined) throw new SurroundingsError("No kubeconfig found: name one with --kubeconfig or KUBECONFIG, or put it at ~/.kube/config.");
  const place = { folder: SERVICE_ACCOUNT, host, port: cli.environment["KUBERNETES_SERVICE_PORT"] ?? "443" };
  return { connection: await inClusterConnection(place, cli.clock), namespace: cli.environment["POD_NAMESPACE"] ?? (await ownNamespace(SERVICE_ACCOUNT)), isInside: true };
}

/** The command that installs the two kinds and the controller. */
export const INSTALL = "helm install sluice charts/sluice --namespace sluice --create-namespace";

/** Turns an error of the cluster's API into a sentence that a person can act on. Returns any other error as it is. */
export function explainApiError(error: unknown, server: string): unknown {
  if (error instanceof ApiUnreachable) return new SurroundingsError(`The API server ${server} cannot be reached: ${withoutPath(error.message)}.`, { cause: error });
  if (!(error instanceof ApiError)) return error;
  const { status, message } = error;
  if (status === 401) return new SurroundingsError(`The API server ${server} rejects the credentials of this context: they are wrong or have expired.`, { cause: error });
  // The message names the user, the verb and the resource.
  if (status === 403) return new SurroundingsError(`The cluster does not allow this: ${message}`, { cause: error });
  if (isUnknownKind(error)) return new SurroundingsError(`Sluice is not installed in this cluster: it does not serve CronSweeps and Sweeps. Run: ${INSTALL}`, { cause: error });
  if (status === 400 || status === 404 || status === 422) return new SpecError(message, { cause: error });
  return new SurroundingsError(`The API server ${server} refuses this: ${message}`, { cause: error });
}

/** The server does not serve this path. A missing object is a 404 too, but its message ends with "not found". */
function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && !/" not found$/.test(error.message);
}

/** "GET /api/v1/…: connect ECONNREFUSED 127.0.0.1:6443" → "connect ECONNREFUSED 127.0.0.1:6443" */
function withoutPath(message: string): string {
  return message.replace(/^[A-Z]+ \S+: /, "");
}

/** `--namespace` and the cluster. */
export interface ClusterOptions extends ClusterChoice {
  readonly namespace?: string;
}

/** What a command that creates a Sweep can print of it. */
export const OBJECT_OUTPUTS = ["text", "name", "json", "yaml"] as const;

export type ObjectOutput = (typeof OBJECT_OUTPUTS)[number];

/** Named as in kubectl. */
export function addClusterOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "the namespace (default: the context's)")
    .option("--context <name>", "the context of the kubeconfig (default: its current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, or ~/.kube/config)");
}
