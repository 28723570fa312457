import type { Cluster } from "../../cluster/cluster.ts";
import { IMAGE } from "./image.ts";

export interface JobPlace {
  readonly namespace: string;
  readonly name: string;
}

/** A Job of our image within the restricted Pod Security Standard. @param words Node's arguments */
export function aJob({ namespace, name }: JobPlace, words: readonly string[], memory = "128Mi"): object {
  const container = {
    name: "job",
    image: IMAGE,
    command: ["/nodejs/bin/node", ...words],
    resources: { limits: { memory }, requests: { memory } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  };
  const pod = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
  };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { namespace, name }, spec: { backoffLimit: 0, template: { spec: pod } } };
}

/** How a container ended, from its pod's status. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
}

/** Waits until the pod of a Job has ended. @throws after a minute */
export async function endOf(cluster: Cluster, { namespace, name }: JobPlace): Promise<ContainerEnd> {
  const pods = ["--namespace", namespace, "pod", "--selector", `job-name=${name}`];
  const state = "{.items[0].status.containerStatuses[0].state.terminated}";
  await cluster.kubectl("wait", "--namespace", namespace, `job/${name}`, "--for=create", "--timeout=10s");
  await cluster.kubectl("wait", ...pods, "--for=create", "--timeout=30s");
  await cluster.kubectl("wait", ...pods, "--for=jsonpath={.status.containerStatuses[0].state.terminated}", "--timeout=60s");
  return JSON.parse(await cluster.kubectl("get", ...pods, "--output", `jsonpath=${state}`)) as ContainerEnd;
}
