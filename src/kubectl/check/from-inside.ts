import type { Cli } from "../../cli/main.ts";
import type { AcceptedObject } from "../../controller/accept.ts";
import { podTemplate, prepareMemoryOf } from "../../controller/job/job.ts";
import type { WorkerSettings } from "../../controller/job/settings.ts";
import { freezePods } from "../../controller/sweep/acceptance.ts";
import { isForbidden } from "../../kube/api-error.ts";
import { JOBS, PODS, type Job, type Pod, type Draft } from "../../kube/object.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { CronSweep } from "../../model/schema/cron-sweep.ts";
import type { Cluster } from "../cluster.ts";
import { readLog } from "../pod-log.ts";
import { notOk, ok, unknown, type Finding } from "./finding.ts";

const PATIENCE_SECONDS = 150;
const POLL_SECONDS = 1;

/** Kubernetes retries to pull an image; only after this time does a failed pull count. */
const IMAGE_SECONDS = 20;

/** Checks database and host from a pod like those of a sweep: by a Job, which is deleted afterwards. */
export async function checkFromInside(cli: Cli, cluster: Cluster, accepted: AcceptedObject<CronSweep>, settings: WorkerSettings): Promise<Finding[]> {
  const { client, namespace } = cluster;
  let job: Job;
  try {
    job = await client.create(JOBS, checkJob(accepted, namespace, settings));
  } catch (error) {
    if (isForbidden(error)) return [unknown("database", `not checked: you may not create a Job in ${namespace}`)];
    throw error;
  }
  try {
    return await outcome(cli, cluster, job);
  } finally {
    const { name, uid } = job.metadata;
    await client.delete(JOBS, { namespace, name }, { uid });
  }
}

async function outcome(cli: Cli, { client, namespace }: Cluster, { metadata }: Job): Promise<Finding[]> {
  const start = cli.clock.monotonic();
  const seconds = (): number => (cli.clock.monotonic() - start) / 1000;
  let why = "its pod was not created; see kubectl describe resourcequota, or the events of the namespace";
  while (seconds() < PATIENCE_SECONDS) {
    const { items } = await client.list(PODS, { namespace, labelSelector: `batch.kubernetes.io/job-name=${metadata.name}` }, { signal: cli.signal });
    const pod = items[0];
    if (pod !== undefined) {
      if (hasFinished(pod)) return findingsOf(await linesOf(cli, client, pod));
      const waiting = waitingOf(pod);
      if (waiting !== null && (waiting.isFinal || seconds() > IMAGE_SECONDS)) return [notOk("pod", waiting.said)];
      why = waiting?.said ?? "its pod is running and has not finished";
    }
    await cli.clock.sleep(POLL_SECONDS * 1000, cli.signal);
    cli.signal.throwIfAborted();
  }
  return [notOk("pod", `after ${PATIENCE_SECONDS} s: ${why}`)];
}

function hasFinished({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Why its container does not start. Final for a missing Secret; an image or a node may still turn up. */
function waitingOf({ status }: Pod): { readonly said: string; readonly isFinal: boolean } | null {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  if (waiting?.message !== undefined) return { said: `${waiting.reason ?? "it waits"}: ${waiting.message}`, isFinal: waiting.reason === "CreateContainerConfigError" };
  const unscheduled = status?.conditions?.find(({ type, status: said }) => type === "PodScheduled" && said === "False");
  return unscheduled?.message === undefined ? null : { said: `it cannot be scheduled: ${unscheduled.message}`, isFinal: false };
}

async function linesOf(cli: Cli, client: Cluster["client"], pod: Pod): Promise<string[]> {
  const lines: string[] = [];
  await readLog(client, pod, false, cli.signal, (line) => lines.push(line));
  return lines;
}

/** The findings that the pod logged. If it logged none, its last line says why: a wrong environment, or an older program. */
export function findingsOf(lines: readonly string[]): Finding[] {
  const findings = lines.flatMap((line): Finding[] => {
    try {
      const { check, ok: isOk, said } = JSON.parse(line) as { check?: string; ok?: boolean; said?: string };
      return check === undefined || said === undefined ? [] : [isOk === true ? ok(check, said) : notOk(check, said)];
    } catch {
      return [];
    }
  });
  return findings.length > 0 ? findings : [notOk("pod", sentenceOf(lines.findLast((line) => line.trim() !== "") ?? "its log is empty"))];
}

function sentenceOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}

/** Longer than the pod waits for the database and the host. */
const DEADLINE_SECONDS = 120;

/** For a Job whose command was killed before it could delete it. */
const KEPT_SECONDS = 300;

/**
 * A Job with everything that a prepare of this CronSweep would have: image, Secrets, proxy, CA, node selection. It has no sweep label, so
 * that no controller takes it for its own; its component label is a prepare's, so that the same NetworkPolicies apply.
 */
export function checkJob(accepted: AcceptedObject<CronSweep>, namespace: string, settings: WorkerSettings): Draft<Job> {
  const { name } = accepted.document.metadata;
  const labels = { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "prepare", "app.kubernetes.io/managed-by": "kubectl-sluice" };
  const sweep = { uid: "check", namespace, name };
  const source = { sweep, frozen: freezePods(accepted, settings.image), settings };
  const task = { identity: sweep, spec: withoutLongList(accepted.spec), place: { pass: 1, round: 1, outOfMemory: [] } };
  const { spec, metadata } = podTemplate(source, labels, { program: "prepare", memoryBytes: prepareMemoryOf(source), task });
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

/** One target is enough to ask the host, and a long list does not fit into a pod's annotations. */
function withoutLongList(spec: ResolvedSpec): ResolvedSpec {
  const { from } = spec.targets;
  return "list" in from ? { ...spec, targets: { ...spec.targets, from: { ...from, list: from.list.slice(0, 1) } } } : spec;
}
