import { SWEEP_LABEL, TASK_ANNOTATION } from "../../../src/controller/job/job.ts";
import { isConflict, isNotFound } from "../../../src/kube/api-error.ts";
import { type Pod, PODS } from "../../../src/kube/object.ts";
import type { PrepareTask } from "../../../src/model/tasks.ts";
import { type PlayedNode, startKwok } from "../../cluster/kwok.ts";
import type { PodEnd, Programs } from "../../support/kube/run-jobs.ts";
import type { Installation } from "./installation.ts";
import { follow } from "./watch-objects.ts";

/** Pods of sweeps without a kubelet: kwok starts them on a simulated node, and each ends at once as the programs say. */
export interface PlayedPods {
  /** Schedules a sweep's pods onto that node. */
  readonly podTemplate: object;
  /** Writes that the API server refused. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

/** @param programs of the sweep with that name */
export async function playPods(installation: Installation, programs: (sweep: string) => Programs): Promise<PlayedPods> {
  const node: PlayedNode = await startKwok(installation.cluster, `played-${installation.namespace}`);
  const ends = new Map<string, PodEnd>();
  const failures: unknown[] = [];
  const play = async (pod: Pod): Promise<void> => {
    const { uid } = pod.metadata;
    // A program runs once for a pod, however often its end has to be written.
    const end = ends.get(uid) ?? endOf(pod, programs(pod.metadata.labels![SWEEP_LABEL]!));
    ends.set(uid, end);
    await installation.client.replaceStatus(PODS, ended(pod, end)).catch((error: unknown) => {
      if (!isConflict(error) && !isNotFound(error)) failures.push(error);
    });
  };
  const stop = await follow<Pod>(installation, PODS, ({ after }) => {
    if (after?.status?.phase === "Running" && after.spec?.nodeName === node.name && after.metadata.deletionTimestamp === undefined) void play(after);
  });
  return {
    podTemplate: {
      nodeSelector: { "kubernetes.io/hostname": node.name },
      tolerations: [node.toleration],
      annotations: { "sluice.test/runs-for": "1h" },
    },
    failures,
    async close() {
      await stop();
      await node.remove();
    },
  };
}

function endOf({ metadata, spec }: Pod, programs: Programs): PodEnd {
  const words = spec!.containers[0]!.command!;
  if (words.at(-2) === "prepare") {
    const attempt = Number(metadata.labels!["batch.kubernetes.io/job-name"]!.split("-").at(-1));
    return programs.prepare(JSON.parse(metadata.annotations![TASK_ANNOTATION]!) as PrepareTask, attempt);
  }
  return programs.batch(Number(words.at(-1)));
}

function ended(pod: Pod, end: PodEnd): Pod {
  if (end === "hangs" || "waiting" in end) throw new Error("A played pod ends.");
  const { exitCode, reason = exitCode === 0 ? "Completed" : "Error", message = "" } = end;
  const [before] = pod.status!.containerStatuses!;
  const now = new Date(performance.timeOrigin + performance.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const terminated = { exitCode, reason, message: typeof message === "string" ? message : JSON.stringify(message), startedAt: now, finishedAt: now };
  const status = { ...pod.status, phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [{ ...before!, ready: false, started: false, state: { terminated } }] };
  return { ...pod, status };
}
