import { KindCluster } from "./kind-cluster.ts";
import { LocalCluster } from "./local-cluster.ts";

/** What can go away and come back. Each is a process of its own with a log of its own. */
export type Part = "etcd" | "apiserver" | "controllers" | "scheduler" | "containerd" | "kubelet";

/** The real Kubernetes that a test runs in, with one node, as its administrator. */
export interface Cluster {
  /** A file. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** Where pods reach a process that a test started beside the cluster, if it listens on all addresses or on this one. */
  readonly hostAddress: string;
  /** Asks it to end, after 5 seconds makes it, and waits until it has. Pods go on running, whichever part it is. */
  stopPart(part: Part): Promise<void>;
  /** Of the API server: returns once it answers. */
  startPart(part: Part): Promise<void>;
  /** @param signal such as KILL, STOP or CONT. A part that died comes back by startPart only. */
  killPart(part: Part, signal: string): Promise<void>;
  /** Signals the processes of a pod that were called with `word`, without Kubernetes hearing of it. @throws where there is none */
  killInPod(podUid: string, word: string, signal: string): Promise<void>;
  /** What pods' accounts asked of the API server so far: an audit event of audit.k8s.io/v1 a line. */
  auditLog(): Promise<string>;
  /** @param archive a file as `docker save` writes it */
  loadImage(archive: string): Promise<void>;
  /** Gives an image of the node a second name. @returns what takes it away again */
  nameImage(image: string, second: string): Promise<() => Promise<void>>;
  /** Makes or changes the objects. @throws what kubectl says, if it refuses one */
  apply(...objects: readonly object[]): Promise<void>;
  /** @returns what it wrote to its output. @throws what it wrote to its error output, if it failed */
  kubectl(...words: readonly string[]): Promise<string>;
  helm(...words: readonly string[]): Promise<string>;
}

/** The cluster that this process was started in: by `run` the local one (SLUICE_CLUSTER), by test/e2e.sh one of kind (SLUICE_KIND). */
export function openCluster(environment: Readonly<Record<string, string | undefined>>): Cluster {
  const kubeconfig = environment["KUBECONFIG"];
  const folder = environment["SLUICE_CLUSTER"];
  const kind = environment["SLUICE_KIND"];
  const gateway = environment["SLUICE_KIND_GATEWAY"];
  if (kubeconfig !== undefined && folder !== undefined) return new LocalCluster(folder, kubeconfig);
  if (kubeconfig !== undefined && kind !== undefined && gateway !== undefined) return new KindCluster(kind, gateway, kubeconfig);
  throw new Error("There is no cluster here: test/cluster/run COMMAND… starts one.");
}
