import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Installation } from "./installation.ts";

export interface PodEnd {
  readonly pod: string;
  readonly exitCode: number;
  /** The runtime's reason: OOMKilled, Error, Completed. */
  readonly reason: string;
}

export interface PodEnds {
  /** Of the pods whose name starts with `job`, in the order in which they ended. */
  of(job: string): readonly PodEnd[];
  stop(): Promise<void>;
}

const TOLD = "{.metadata.name} {.status.containerStatuses[0].state.terminated.exitCode} {.status.containerStatuses[0].state.terminated.reason}\n";

/** Records how the containers of the namespace's pods end: the controller deletes a pod as soon as it has counted it. */
export function watchPodEnds(installation: Installation): PodEnds {
  const ends = new Map<string, PodEnd>();
  const child = spawn("kubectl", ["--namespace", installation.namespace, "get", "pods", "--watch", "--output", `jsonpath=${TOLD}`], { stdio: ["ignore", "pipe", "ignore"] });
  createInterface(child.stdout).on("line", (line) => {
    const [, pod, exitCode, reason] = /^(\S+) (\d+) (\w+)$/.exec(line) ?? [];
    if (pod !== undefined) ends.set(pod, { pod, exitCode: Number(exitCode), reason: reason! });
  });
  const closed = once(child, "close");
  return {
    of: (job) => [...ends.values()].filter(({ pod }) => pod.startsWith(`${job}-`)),
    async stop() {
      child.kill();
      await closed;
    },
  };
}
