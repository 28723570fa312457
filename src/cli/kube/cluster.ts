import { inClusterConnection, ownNamespace } from "../../kube/in-cluster.ts";
import { KubeClient } from "../../kube/client.ts";
import type { Connection } from "../../kube/connection.ts";
import { SurroundingsError } from "../../model/errors.ts";
import type { Cli } from "../context.ts";
import { kubeconfigConnection, kubeconfigFiles } from "../kubeconfig.ts";
import type { ClusterOptions } from "./options.ts";
import { explained } from "./refusal.ts";

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
