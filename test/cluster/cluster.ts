import { KindCluster } from "./kind-cluster.ts";
import { LocalCluster } from "./local-cluster.ts";

/** The parts that a test can stop and start. Each is a process with its own log. */
export type Part = "etcd" | "apiserver" | "controllers" | "scheduler" | "containerd" | "kubelet";

/** The real one-node Kubernetes that a test runs in, as its administrator. */
export interface Cluster {
  /** The path of a file. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** The address at which pods reach a process that a test started outside the cluster. It must listen on this address or on all. */
  readonly hostAddress: string;
  /** Sends SIGTERM, after 5 seconds SIGKILL, and waits for the exit. Pods keep running, whichever part it is. */
  stopPart(part: Part): Promise<void>;
  /** For the API server, resolves once it answers. */
  startPart(part: Part): Promise<void>;
  /** @param signal such as KILL, STOP or CONT. Only startPart brings back a part that died. */
  killPart(part: Part, signal: string): Promise<void>;
  /** Signals the processes of a pod whose command line has `word`, behind Kubernetes' back. @throws if there is none */
  killInPod(podUid: string, word: string, signal: string): Promise<void>;
  /** What service accounts have asked the API server for so far: one audit.k8s.io/v1 event per line. */
  auditLog(): Promise<string>;
  /** @param archive a file as `docker save` writes it */
  loadImage(archive: string): Promise<void>;
  /** Gives an image of the node a second name. @returns a function that removes the name */
  nameImage(image: string, second: string): Promise<() => Promise<void>>;
  /** Creates or changes the objects. @throws kubectl's message, if one is refused */
  apply(...objects: readonly object[]): Promise<void>;
  /** @returns its output. @throws its error output, if it fails */
  kubectl(...words: readonly string[]): Promise<string>;
  helm(...words: readonly string[]): Promise<string>;
}

/** The cluster of this process: the local one of `run` (SLUICE_CLUSTER), or one of kind from test/e2e.sh (SLUICE_KIND). */
export function openCluster(environment: Readonly<Record<string, string | undefined>>): Cluster {
  const kubeconfig = environment["KUBECONFIG"];
  const folder = environment["SLUICE_CLUSTER"];
  const kind = environment["SLUICE_KIND"];
  const gateway = environment["SLUICE_KIND_GATEWAY"];
  if (kubeconfig !== undefined && folder !== undefined) return new LocalCluster(folder, kubeconfig);
  if (kubeconfig !== undefined && kind !== undefined && gateway !== undefined) return new KindCluster(kind, gateway, kubeconfig);
  throw new Error("There is no cluster here: test/cluster/run COMMAND… starts one.");
}
