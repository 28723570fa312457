import type { BatchWork, PrepareWork } from "../../decide/decision.ts";
import { PREPARE_MEMORY_BYTES } from "../../decide/prepare-memory.ts";
import type { Draft } from "../../kube/object.ts";
import type { Job } from "../../kube/resource.ts";
import type { FrozenPods } from "../../model/sweep-object.ts";
import type { JobWork, SweepIdentity } from "../../model/sweep.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import { labelsOf, WORK_ANNOTATION } from "./labels.ts";
import { jobName } from "./names.ts";
import { podTemplate, type Running } from "./pod.ts";
import type { WorkerSettings } from "./settings.ts";

/** What a Job is made from, beside what it is for. */
export interface JobSource {
  readonly sweep: SweepIdentity;
  readonly frozen: FrozenPods;
  readonly settings: WorkerSettings;
  /** What the Sweep itself says now of its host's limit: a batch that begins goes by it. Prepare is told by its task. */
  readonly inFlight?: number;
}

/** The Job of a prepare. A task that is too long for it is told by taskProblem(), before. */
export function prepareJob(source: JobSource, work: PrepareWork, task: PrepareTask): Draft<Job> {
  return job(source, work, { program: "prepare", memoryBytes: PREPARE_MEMORY_BYTES, task });
}

/** @param memoryBytes of the range that the batch is of */
export function batchJob(source: JobSource, work: BatchWork, memoryBytes: number): Draft<Job> {
  return job(source, work, { program: "batch", memoryBytes, batch: work.batch });
}

/**
 * One pod, never a second: what it leaves undone comes with the next pass. No TTL, which would remove a Job that was not
 * counted yet; no deadline on the Job, which would remove the pod and with it what it said.
 * The policy makes the exit code stand in the Job's own condition, for the case that the pod is gone: "Container worker for pod
 * bgp/again-b3-x7k2f failed with exit code 3 matching FailJob rule at index 1".
 */
function job(source: JobSource, work: JobWork, running: Running): Draft<Job> {
  const { sweep } = source;
  const labels = labelsOf(sweep, work.program);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(sweep.name, work),
      namespace: sweep.namespace,
      labels,
      annotations: { [WORK_ANNOTATION]: JSON.stringify(work) },
      // Blocking the Sweep's deletion needs a right to its finalizers, and nothing waits for it.
      ownerReferences: [{ apiVersion: API_VERSION, kind: "Sweep", name: sweep.name, uid: sweep.uid, controller: true, blockOwnerDeletion: false }],
    },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [
          { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailJob", onExitCodes: { operator: "NotIn", values: [0] } },
        ],
      },
      template: podTemplate(source, labels, running),
    },
  };
}
