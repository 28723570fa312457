import { spawn } from "node:child_process";
import { once } from "node:events";
import { HEALTH_PORT } from "../../../src/controller/job/job.ts";
import { until } from "../../support/time/until.ts";
import { metricsOf } from "./metrics.ts";
import type { World } from "./world.ts";

/** All that anybody can read in the namespace but for the Secrets: also of what came and went since. */
export interface Everything {
  /** By what it is: "pods", "events", "logs of POD", "metrics of POD", "metrics" … */
  read(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** What comes and goes. */
const FLEETING = ["pods", "jobs.batch", "sweeps.sluice.dev", "events"];

export async function watchEverything(world: World): Promise<Everything> {
  const seen = new Map<string, string>();
  const stopping = new AbortController();
  const watches = FLEETING.map((kind) => watch(world, kind, (text) => seen.set(kind, (seen.get(kind) ?? "") + text)));
  const reading = readPods(world, seen, stopping.signal);
  await until("everything is watched", () => watches.every(({ pid }) => pid !== undefined));
  return {
    async read() {
      const kinds = (await world.kubectl("api-resources", "--verbs=list", "--namespaced", "--output", "name")).split("\n").filter((kind) => kind !== "" && kind !== "secrets");
      const standing = await world.kubectl("get", kinds.join(), "--output", "yaml");
      const nodes = await world.cluster.kubectl("get", "nodes,crds", "--output", "yaml");
      return new Map([...seen, ["what stands", standing], ["nodes and definitions", nodes], ["logs of the controller", await world.kubectl("logs", `deployment/${world.namespace}`)], ["metrics", await metricsOf(world)]]);
    },
    async stop() {
      stopping.abort();
      const closed = watches.map((child) => once(child, "close"));
      watches.forEach((child) => child.kill());
      await Promise.all(closed);
      await reading;
    },
  };
}

function watch({ namespace }: World, kind: string, heard: (text: string) => void): ReturnType<typeof spawn> {
  const child = spawn("kubectl", ["--namespace", namespace, "get", kind, "--watch", "--output", "yaml"], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.setEncoding("utf8").on("data", heard);
  return child;
}

/** A pod is gone soon after it ended, and its log and its metrics with it: what there is is read again and again. */
async function readPods(world: World, seen: Map<string, string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pods = (await world.kubectl("get", "pods", "--selector", "app.kubernetes.io/managed-by=sluice", "--output", "name")).split("\n").filter(Boolean);
    for (const pod of pods) {
      const log = await world.kubectl("logs", pod).catch(() => "");
      if (log !== "") seen.set(`logs of ${pod}`, log);
      const metrics = await workerMetrics(world, pod).catch(() => "");
      if (metrics !== "") seen.set(`metrics of ${pod}`, metrics);
    }
  }
}

/** @param pod "pod/NAME" */
function workerMetrics(world: World, pod: string): Promise<string> {
  return world.kubectl("get", "--raw", `/api/v1/namespaces/${world.namespace}/pods/${pod.replace(/^pod\//, "")}:${HEALTH_PORT}/proxy/metrics`);
}
