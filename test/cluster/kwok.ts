import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Cluster } from "./cluster.ts";

/** A simulated node: pods "run" there at no cost, for as long as their annotation says. */
export interface PlayedNode {
  readonly name: string;
  /** The taint that a pod must tolerate to be scheduled there. */
  readonly toleration: { readonly key: string; readonly operator: "Exists" };
  /** Kills the node: nobody reports for it any more, and its pods hang in termination. */
  die(): Promise<void>;
  /** Removes the node and its pods, whether it is alive or dead. */
  remove(): Promise<void>;
}

const TAINT = "sluice.test/played";
const PLAYS = "sluice.test/played-by";

/**
 * Starts kwok for one node of its own. A pod there is Running at once and Succeeded after `sluice.test/runs-for` (an
 * annotation, such as "30s"; 1 s without); its termination message is the annotation `sluice.test/says`. By stages of kwok.yaml.
 */
export async function startKwok(cluster: Cluster, name: string): Promise<PlayedNode> {
  const stages = fileURLToPath(new URL("kwok.yaml", import.meta.url));
  const program = fileURLToPath(new URL("bin/kwok", import.meta.url));
  const selector = `--manage-nodes-with-annotation-selector=${PLAYS}=${name}`;
  const kwok = spawn(program, [`--kubeconfig=${cluster.kubeconfig}`, `--config=${stages}`, selector, "--node-lease-duration-seconds=8"], {
    stdio: "ignore",
  });
  const ended = once(kwok, "exit");
  async function die(): Promise<void> {
    kwok.kill("SIGKILL");
    await ended;
  }
  try {
    await cluster.apply(playedNode(name));
    await cluster.kubectl("wait", "--for=condition=Ready", `node/${name}`, "--timeout=60s");
  } catch (error) {
    await die();
    throw error;
  }
  return {
    name,
    toleration: { key: TAINT, operator: "Exists" },
    die,
    async remove() {
      await die();
      await cluster.kubectl("delete", "node", name, "--ignore-not-found");
    },
  };
}

function playedNode(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, annotations: { [PLAYS]: name }, labels: { "kubernetes.io/hostname": name } },
    spec: { taints: [{ key: TAINT, value: "true", effect: "NoSchedule" }] },
    status: { capacity: CAPACITY, allocatable: CAPACITY },
  };
}

const CAPACITY = { cpu: "64", memory: "256Gi", pods: "2000" };
