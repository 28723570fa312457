import { type Job, JOBS, type Pod, PODS } from "../../../src/kube/object.ts";
import type { ProgramMessage } from "../../../src/model/message.ts";
import type { JobWork } from "../../../src/model/sweep.ts";
import type { PrepareTask } from "../../../src/model/tasks.ts";
import type { Happened } from "./simulated-api/history.ts";
import type { KubeApi } from "./simulated-api/server.ts";

/** What becomes of a pod. */
export type PodEnd =
  | { readonly exitCode: number; readonly reason?: "OOMKilled" | "Error" | "Completed"; readonly message?: ProgramMessage | string }
  | { readonly waiting: { readonly reason: string; readonly message: string } }
  | "hangs";

/** The programs, in a few lines: what they would do to the database, and how they end. */
export interface Programs {
  readonly prepare: (task: PrepareTask, attempt: number) => PodEnd;
  readonly batch: (number: number) => PodEnd;
}

export interface KubeJobs {
  /** Jobs that had a pod, in their order: "prepare 1-1-1", "batch 7". */
  readonly ran: readonly string[];
  /** The most pods that lived at once. */
  readonly mostPods: number;
  /** Ends the pod of a Job that hangs, or that waits. */
  end(job: string, end: PodEnd): void;
  /** Everything that was begun has come to its end. */
  settled(): Promise<void>;
  stop(): void;
}

/**
 * The Job controller and a kubelet: each Job gets a pod, and each pod ends as the programs say, one moment after the other and without a clock.
 * Pods of a Job that is gone go with it, since the API removes what is owned.
 */
export function runJobs(api: KubeApi, programs: Programs): KubeJobs {
  const ran: string[] = [];
  let mostPods = 0;
  let pending = 0;
  const later = (work: () => void): void => {
    pending += 1;
    setImmediate(() => {
      pending -= 1;
      work();
    });
  };
  const finish = (job: Job, pod: Pod, end: PodEnd): void => {
    if (end === "hangs" || !isThere(api, job, pod)) return;
    api.objects.change(PODS, pod.metadata, (before) => ({ ...before, status: statusOf(end) }));
    if ("waiting" in end) return;
    const type = end.exitCode === 0 ? "Complete" : "Failed";
    const counted = end.exitCode === 0 ? { succeeded: 1 } : { failed: 1 };
    api.objects.change(JOBS, job.metadata, (before) => ({ ...before, status: { ...counted, conditions: [{ type, status: "True", reason: "Simulated", message: "" }] } }));
  };
  const stop = api.objects.history.listen(({ before, after }: Happened) => {
    if (after?.kind !== "Job" || before !== null || (after.metadata.annotations ?? {})["sluice.dev/work"] === undefined) return;
    const job = after as unknown as Job;
    later(() => {
      if (!isThere(api, job)) return;
      const work = workOf(job);
      ran.push(textOf(work));
      const pod = api.objects.create(PODS, podFor(job));
      api.objects.change(PODS, pod.metadata, (made) => ({ ...made, status: { phase: "Running", containerStatuses: [{ name: "worker", state: { running: {} } }] } }) as unknown as Pod);
      mostPods = Math.max(mostPods, api.objects.list(PODS).length);
      later(() => {
        if (!isThere(api, job, pod)) return;
        finish(job, pod, work.program === "prepare" ? programs.prepare(taskOf(job), work.attempt) : programs.batch(work.batch));
      });
    });
  });
  return {
    ran,
    get mostPods() {
      return mostPods;
    },
    end(name, end) {
      const job = api.objects.list(JOBS).find(({ metadata }) => metadata.name === name)!;
      finish(job, api.objects.list(PODS).find(({ metadata }) => metadata.ownerReferences?.[0]?.uid === job.metadata.uid)!, end);
    },
    async settled() {
      do await new Promise((resolve) => setImmediate(resolve));
      while (pending > 0);
    },
    stop,
  };
}

function workOf({ metadata }: Job): JobWork {
  return JSON.parse(metadata.annotations!["sluice.dev/work"]!) as JobWork;
}

function taskOf({ spec }: Job): PrepareTask {
  const { annotations } = spec!.template.metadata as unknown as { annotations: Record<string, string> };
  return JSON.parse(annotations["sluice.dev/task"]!) as PrepareTask;
}

function textOf(work: JobWork): string {
  return work.program === "batch" ? `batch ${work.batch}` : `prepare ${work.pass}-${work.round}-${work.attempt}`;
}

function podFor(job: Job): Parameters<KubeApi["objects"]["create"]>[1] & Omit<Pod, "metadata" | "status"> {
  const { name, namespace, uid } = job.metadata;
  const labels = (job.spec!.template.metadata as unknown as { labels: Record<string, string> }).labels;
  return {
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, "batch.kubernetes.io/job-name": name, "batch.kubernetes.io/controller-uid": uid },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: job.spec!.template.spec,
  } as never;
}

function isThere(api: KubeApi, job: Job, pod?: Pod): boolean {
  const has = (list: readonly { readonly metadata: { readonly uid: string } }[], uid: string): boolean => list.some(({ metadata }) => metadata.uid === uid);
  return has(api.objects.list(JOBS), job.metadata.uid) && (pod === undefined || has(api.objects.list(PODS), pod.metadata.uid));
}

function statusOf(end: Exclude<PodEnd, "hangs">): object {
  if ("waiting" in end) return { phase: "Pending", containerStatuses: [{ name: "worker", state: { waiting: end.waiting } }] };
  const { exitCode, reason = exitCode === 0 ? "Completed" : "Error", message = "" } = end;
  const terminated = { exitCode, reason, message: typeof message === "string" ? message : JSON.stringify(message) };
  return { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [{ name: "worker", state: { terminated } }] };
}
