import { spawn } from "node:child_process";
import { once } from "node:events";
import { HEALTH_PORT } from "../../../src/controller/job/job.ts";
import { until } from "../../support/time/until.ts";
import type { Installation } from "./installation.ts";
import { metricsOf } from "./metrics.ts";

/** Everything that can be read in the namespace except Secrets, including objects that were deleted since. */
export interface NamespaceWatch {
  /** What the watches and the pods showed so far, by source: "pods", "events", "logs of POD", "metrics of POD" … */
  readonly seen: ReadonlyMap<string, string>;
  /** What was seen, and besides "what stands", "nodes and definitions", "logs of the controller" and "metrics". */
  read(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** Objects that come and go. */
const FLEETING = ["pods", "jobs.batch", "sweeps.sluice.dev", "events"];

export async function watchNamespace(installation: Installation): Promise<NamespaceWatch> {
  const seen = new Map<string, string>();
  const stopping = new AbortController();
  const watches = FLEETING.map((kind) => watch(installation, kind, (text) => seen.set(kind, (seen.get(kind) ?? "") + text)));
  const reading = readPods(installation, seen, stopping.signal);
  await until("everything is watched", () => watches.every(({ pid }) => pid !== undefined));
  return {
    seen,
    async read() {
      const kinds = (await installation.kubectl("api-resources", "--verbs=list", "--namespaced", "--output", "name")).split("\n").filter((kind) => kind !== "" && kind !== "secrets");
      const standing = await installation.kubectl("get", kinds.join(), "--output", "yaml");
      const nodes = await installation.cluster.kubectl("get", "nodes,crds", "--output", "yaml");
      return new Map([...seen, ["what stands", standing], ["nodes and definitions", nodes], ["logs of the controller", await installation.kubectl("logs", `deployment/${installation.namespace}`)], ["metrics", await metricsOf(installation)]]);
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

function watch({ namespace }: Installation, kind: string, heard: (text: string) => void): ReturnType<typeof spawn> {
  const child = spawn("kubectl", ["--namespace", namespace, "get", kind, "--watch", "--output", "yaml"], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.setEncoding("utf8").on("data", heard);
  return child;
}

/** A finished pod is soon deleted, with its log and its metrics, so both are read repeatedly. */
async function readPods(installation: Installation, seen: Map<string, string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pods = (await installation.kubectl("get", "pods", "--selector", "app.kubernetes.io/managed-by=sluice", "--output", "name")).split("\n").filter(Boolean);
    const readings = pods.flatMap((pod) => [
      { what: `logs of ${pod}`, text: installation.kubectl("logs", pod, LIMIT) },
      { what: `metrics of ${pod}`, text: workerMetrics(installation, pod) },
    ]);
    await Promise.all(
      readings.map(async ({ what, text }) => {
        const read = await text.catch(() => "");
        if (read !== "") seen.set(what, read);
      }),
    );
  }
}

// The API server tries half a minute to reach a pod that is gone. Meanwhile others come and go unread.
const LIMIT = "--request-timeout=2s";

/** @param pod "pod/NAME" */
function workerMetrics(installation: Installation, pod: string): Promise<string> {
  return installation.kubectl("get", "--raw", `/api/v1/namespaces/${installation.namespace}/pods/${pod.replace(/^pod\//, "")}:${HEALTH_PORT}/proxy/metrics`, LIMIT);
}
