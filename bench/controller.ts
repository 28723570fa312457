import { readFileSync } from "node:fs";
import { SWEEPS } from "../src/controller/resources.ts";
import { anonMemory } from "../src/local/processes.ts";
import { isFinished } from "../src/model/sweep.ts";
import { startControllerProcess } from "../test/support/kube/controller-process.ts";
import { startApiProxy } from "../test/support/kube/cutting-proxy.ts";
import { runJobs } from "../test/support/kube/run-jobs.ts";
import { startKubeApi } from "../test/support/kube/simulated-api/server.ts";
import { simulateSweep } from "../test/support/sweeps/simulated-sweep.ts";
import { until } from "../test/support/time/until.ts";

/** The controller as a process, over a sweep whose Jobs and pods are simulated. */
export interface ControllerRun {
  readonly batches: number;
  readonly seconds: number;
  /** Sampled peak of anonymous memory. */
  readonly anonPeakBytes: number;
  /** Peak of resident memory, including the pages of the program. */
  readonly residentPeakBytes: number;
  /** The largest Sweep object, as JSON. */
  readonly objectBytes: number;
  /** Requests a batch, in the first and in the last tenth of the batches. */
  readonly first: Requests;
  readonly last: Requests;
}

export interface Requests {
  readonly writes: number;
  readonly reads: number;
}

const SAMPLE_MS = 50;
const PODS_AT_ONCE = 16;
const KEY = { namespace: "bench", name: "many" };
/** The chart's values. */
const FLAGS = ["--max-old-space-size=64", "--max-semi-space-size=4"];

/** @param programs the folder with controller.mjs */
export async function runController(programs: string, batches: number): Promise<ControllerRun> {
  const api = await startKubeApi();
  const proxy = await startApiProxy({ server: api.url }, { secure: true });
  const moments: Requests[] = [requestsOf(api)];
  let objectBytes = 0;
  let started = 0;
  const look = (what: "prepare" | "batch"): null => {
    if (what === "prepare") return null;
    objectBytes = Math.max(objectBytes, Buffer.byteLength(JSON.stringify(api.objects.get(SWEEPS, KEY))));
    started += 1;
    if (started % (batches / 10) === 0) moments.push(requestsOf(api));
    return null;
  };
  const jobs = runJobs(api, simulateSweep({ targets: batches, batch: 1, passes: 5, instead: look }));
  const controller = await startControllerProcess({ programs, url: proxy.url, ca: proxy.ca!, token: "bench", namespace: KEY.namespace, flags: FLAGS });
  let anonPeakBytes = 0;
  const sampling = setInterval(() => (anonPeakBytes = Math.max(anonPeakBytes, anonMemory(controller.pid) ?? 0)), SAMPLE_MS);
  const began = performance.now();
  api.objects.create(SWEEPS, {
    metadata: KEY,
    spec: {
      provider: { name: "ripestat", sourceapp: "sluice-bench" },
      window: { start: "2026-11-20" },
      targets: { list: ["AS1", "AS2"] },
      store: { secretRef: { name: "database", key: "uri" } },
      batch: { pods: PODS_AT_ONCE },
      select: "incomplete",
      replace: false,
      suspend: false,
    },
  });
  try {
    const isDone = (): boolean => isFinished(api.objects.get(SWEEPS, KEY).status?.flow?.phase ?? "Pending");
    await until("the sweep of many batches is finished", isDone, 60 + batches / 5);
    const perBatch = (from: Requests, to: Requests): Requests => ({ writes: ((to.writes - from.writes) * 10) / batches, reads: ((to.reads - from.reads) * 10) / batches });
    const residentPeakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${controller.pid}/status`, "latin1"))![1]) * 1024;
    return { batches, seconds: (performance.now() - began) / 1000, anonPeakBytes, residentPeakBytes, objectBytes, first: perBatch(moments[0]!, moments[1]!), last: perBatch(moments.at(-2)!, moments.at(-1)!) };
  } finally {
    clearInterval(sampling);
    await controller.stop();
    jobs.stop();
    await proxy.close();
    await api.close();
  }
}

/** Requests for the Lease depend on time, not on batches. */
function requestsOf({ counts }: { readonly counts: ReadonlyMap<string, number> }): Requests {
  let [writes, reads] = [0, 0];
  for (const [what, count] of counts) {
    if (what.endsWith(" leases")) continue;
    if (/^(get|list) /.test(what)) reads += count;
    else if (/^(create|update|patch|delete) /.test(what)) writes += count;
  }
  return { writes, reads };
}
