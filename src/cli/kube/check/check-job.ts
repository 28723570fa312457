import type { WorkerSettings } from "../../../controller/job/settings.ts";
import { podTemplate } from "../../../controller/job/pod.ts";
import type { Accepted } from "../../../controller/accept.ts";
import { freezePods } from "../../../controller/sweep/frozen.ts";
import { PREPARE_MEMORY_BYTES } from "../../../decide/prepare-memory.ts";
import type { Draft } from "../../../kube/object.ts";
import type { Job } from "../../../kube/resource.ts";
import type { ResolvedSpec } from "../../../model/resolved.ts";
import type { CronSweep } from "../../../model/schema/cron-sweep.ts";

/** Longer than a database is waited for, and a host. */
const DEADLINE_SECONDS = 120;

/** Whoever should remove it may be gone. */
const KEPT_SECONDS = 300;

/**
 * A Job that looks, with all that a prepare of this CronSweep would have: image, Secrets, proxy, CA, placing. It bears no label of a
 * sweep, so no controller takes it for a Job of its own; to NetworkPolicies it is a prepare.
 */
export function checkJob(accepted: Accepted<CronSweep>, namespace: string, settings: WorkerSettings): Draft<Job> {
  const { name } = accepted.document.metadata;
  const labels = { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "prepare", "app.kubernetes.io/managed-by": "kubectl-sluice" };
  const sweep = { uid: "check", namespace, name };
  const source = { sweep, frozen: freezePods(accepted, settings.image), settings };
  const task = { identity: sweep, spec: withoutLongList(accepted.spec), place: { pass: 1, round: 1, outOfMemory: [] } };
  const { spec, metadata } = podTemplate(source, labels, { program: "prepare", memoryBytes: PREPARE_MEMORY_BYTES, task });
  const [container] = spec!.containers;
  return {
    metadata: { generateName: `${name}-check-`, namespace, labels },
    spec: {
      backoffLimit: 0,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: metadata!,
        spec: { ...spec!, activeDeadlineSeconds: DEADLINE_SECONDS, terminationGracePeriodSeconds: 1, containers: [{ ...container!, command: asCheck(container!.command!) }] },
      },
    },
  };
}

/** node … worker.mjs prepare TASK → node … worker.mjs check TASK */
function asCheck(command: readonly string[]): string[] {
  return command.map((part, index) => (part === "prepare" && index === command.length - 2 ? "check" : part));
}

/** One target is enough to ask the host, and a pod cannot be given many. */
function withoutLongList(spec: ResolvedSpec): ResolvedSpec {
  const { from } = spec.targets;
  return "list" in from ? { ...spec, targets: { ...spec.targets, from: { ...from, list: from.list.slice(0, 1) } } } : spec;
}
