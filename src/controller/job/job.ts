import { createHash } from "node:crypto";
import type { BatchWork, PrepareWork } from "../../decide/sweep/decision.ts";
import { nodeFlagsFor, PREPARE_MEMORY_BYTES } from "../../decide/sweep/process-memory.ts";
import type { Draft, Job } from "../../kube/object.ts";
import { formatMemory } from "../../model/quantity.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import type { PodSettings } from "../../model/schema/pod-template.ts";
import type { FrozenPods, SecretKey } from "../../model/sweep-object.ts";
import type { JobWork, SweepIdentity } from "../../model/sweep.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { secretVariable, TARGETS_FILE } from "../../providers/resolve.ts";
import type { WorkerSettings } from "./settings.ts";

/** On a pod of prepare: JSON of PrepareTask. */
export const TASK_ANNOTATION = "sluice.dev/task";

export const HEALTH_PORT = 8081;

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

type PodTemplate = NonNullable<Job["spec"]>["template"];
type PodSpec = NonNullable<PodTemplate["spec"]>;
type Container = PodSpec["containers"][number];

/** What the one container of a pod does. */
export type Running = { readonly memoryBytes: number } & (
  | { readonly program: "prepare"; readonly task: PrepareTask }
  | { readonly program: "batch"; readonly batch: number }
);

export const CONTAINER = "worker";

/** As long as a batch waits for a database that is away: then it has committed what it had, and given its slots back. */
export const GRACE_SECONDS = 30;

/** A batch waits for the network most of its time; with 16 answers at full speed it takes a whole CPU, if there is one. */
const CPU = "100m";

/** The programs write nothing there. Not in memory, where it would count as the container's. */
const TEMPORARY_LIMIT = "16Mi";

/**
 * The pod of a Job: everything that the Pod Security Standard "restricted" wants, and no key to the Kubernetes API. The sweep's own
 * settings are put in, a closed list; none of them can loosen that.
 */
export function podTemplate(source: JobSource, labels: Record<string, string>, running: Running): PodTemplate {
  const { frozen, settings } = source;
  const theirs = (frozen.podTemplate ?? {}) as PodSettings;
  const task = running.program === "prepare" ? { [TASK_ANNOTATION]: JSON.stringify(running.task) } : {};
  const { labels: theirLabels, annotations: theirAnnotations, resources, imagePullSecrets = [], ...placing } = theirs;
  const pullSecrets = [...settings.pullSecrets.map((name) => ({ name })), ...imagePullSecrets];
  const scrape = settings.scrapeAnnotations === true ? SCRAPE_ANNOTATIONS : {};
  const { volumes } = foldersFor(source, running.program);
  return {
    metadata: { labels: { ...theirLabels, ...labels }, annotations: { ...scrape, ...theirAnnotations, ...task } },
    spec: {
      ...(placing as Partial<PodSpec>),
      restartPolicy: "Never",
      activeDeadlineSeconds: frozen.deadlineSeconds,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
      containers: [container(source, running, resources ?? {})],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: TEMPORARY_LIMIT } }, ...volumes],
    },
  };
}

/** What a Prometheus without the operator goes by, as the chart gives it to the controller's pod. */
const SCRAPE_ANNOTATIONS = { "prometheus.io/scrape": "true", "prometheus.io/port": String(HEALTH_PORT), "prometheus.io/path": "/metrics" };

function container(source: JobSource, running: Running, resources: NonNullable<PodSettings["resources"]>): Container {
  const { frozen, settings } = source;
  const memory = formatMemory(running.memoryBytes);
  const beside = resources as { requests?: Record<string, string>; limits?: Record<string, string> };
  const args = running.program === "prepare" ? ["prepare", TASK_FILE] : ["batch", source.sweep.uid, String(running.batch)];
  return {
    name: CONTAINER,
    image: frozen.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: ["/nodejs/bin/node", ...nodeFlagsFor(running.memoryBytes), "/sluice/worker.mjs", ...args],
    env: environmentOf(source, running.memoryBytes),
    ports: [{ name: "http", containerPort: HEALTH_PORT }],
    resources: { requests: { cpu: CPU, ...beside.requests, memory }, limits: { ...beside.limits, memory } },
    livenessProbe: LIVENESS,
    // What the program tells while it works; where it never did, the last lines of its log.
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...foldersFor(source, running.program).mounts],
  };
}

/**
 * The progress deadline. A process so near its limit that the kernel takes away the pages it needs next crawls instead of dying: it
 * answers late or not at all, and after two and a half minutes of that it is ended. It needs no time of grace worth the name: what
 * it could still commit it would have committed. (The kubelet of 1.34 gives a pod that is never restarted the pod's own all the same.)
 */
const LIVENESS: NonNullable<Container["livenessProbe"]> = {
  httpGet: { path: "/healthz", port: "http" },
  periodSeconds: 15,
  timeoutSeconds: 10,
  failureThreshold: 10,
  terminationGracePeriodSeconds: 5,
};

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: SecretKey };
}

/** What a worker reads from its environment (src/bin/worker.ts). A value of a Secret never stands in a Job: only where it is. */
export function environmentOf({ frozen, settings, inFlight }: JobSource, memoryBytes: number): Variable[] {
  return [
    secret("DATABASE_URL", frozen.database),
    ...(frozen.databaseCa === undefined ? [] : [secret("SLUICE_DATABASE_CA", frozen.databaseCa)]),
    ...frozen.headers.map((header) => secret(secretVariable(header.name, header.key), header)),
    { name: "SLUICE_MEMORY_BYTES", value: String(memoryBytes) },
    { name: "SLUICE_HEALTH_PORT", value: String(HEALTH_PORT) },
    ...plain("SLUICE_HOST_IN_FLIGHT", inFlight === undefined ? undefined : String(inFlight)),
    ...plain("HTTPS_PROXY", settings.httpsProxy),
    ...plain("HTTP_PROXY", settings.httpProxy),
    ...plain("NO_PROXY", settings.noProxy),
    ...plain("NODE_EXTRA_CA_CERTS", settings.ca === undefined ? undefined : CA_FILE),
  ];
}

function secret(name: string, { name: secretName, key }: SecretKey): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

function plain(name: string, value: string | undefined): Variable[] {
  return value === undefined ? [] : [{ name, value }];
}

type JobPodSpec = NonNullable<NonNullable<Job["spec"]>["template"]["spec"]>;

interface Folders {
  readonly volumes: NonNullable<JobPodSpec["volumes"]>;
  readonly mounts: NonNullable<JobPodSpec["containers"][number]["volumeMounts"]>;
}

export const TASK_FILE = "/sluice-task/task.json";
export const CA_FILE = "/sluice-ca/ca.pem";

/**
 * The files that a pod is given. A ConfigMap that is not there would keep the pod waiting without a word, so each is optional: the
 * program finds its file missing, and says so.
 */
export function foldersFor({ frozen, settings }: JobSource, program: JobWork["program"]): Folders {
  const { configMap } = frozen;
  const { ca } = settings;
  return together([
    ...(program === "prepare" ? [taskFolder] : []),
    ...(program === "prepare" && configMap !== undefined ? [configMapFile("targets", configMap, TARGETS_FILE)] : []),
    ...(ca === undefined ? [] : [configMapFile("ca", { name: ca.configMap, key: ca.key }, CA_FILE)]),
  ]);
}

const taskFolder: Folders = {
  volumes: [{ name: "task", downwardAPI: { items: [{ path: nameOf(TASK_FILE), fieldRef: { fieldPath: `metadata.annotations['${TASK_ANNOTATION}']` } }] } }],
  mounts: [{ name: "task", mountPath: folderOf(TASK_FILE), readOnly: true }],
};

function configMapFile(volume: string, { name, key }: { readonly name: string; readonly key: string }, file: string): Folders {
  return {
    volumes: [{ name: volume, configMap: { name, optional: true, items: [{ key, path: nameOf(file) }] } }],
    mounts: [{ name: volume, mountPath: folderOf(file), readOnly: true }],
  };
}

function together(folders: readonly Folders[]): Folders {
  return { volumes: folders.flatMap(({ volumes }) => volumes), mounts: folders.flatMap(({ mounts }) => mounts) };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Under which a Job and its pods name their Sweep. */
export const SWEEP_LABEL = "sluice.dev/sweep";
export const SWEEP_UID_LABEL = "sluice.dev/sweep-uid";

/** What a Job is for: JSON of JobWork. */
export const WORK_ANNOTATION = "sluice.dev/work";

/** Of a Job and of its pods alike. The PodMonitor and the NetworkPolicy of the chart select by them. */
export function labelsOf(sweep: SweepIdentity, program: JobWork["program"]): Record<string, string> {
  return {
    "app.kubernetes.io/name": "sluice",
    "app.kubernetes.io/component": program,
    "app.kubernetes.io/managed-by": "sluice",
    [SWEEP_LABEL]: sweep.name,
    [SWEEP_UID_LABEL]: sweep.uid,
  };
}

/** A Job's name is a label of its pods, too. */
const LONGEST_NAME = 63;

/**
 * The name of a sweep's Job: a function of what it is for, so that making one twice is a conflict and not a second one.
 * "again-b12" or "again-p2-1-3": pass, round and attempt. A sweep's name that leaves no room, which takes one that was
 * Blocked for months, is cut and told apart by its hash.
 */
export function jobName(sweep: string, work: JobWork): string {
  const end = work.program === "batch" ? `-b${work.batch}` : `-p${work.pass}-${work.round}-${work.attempt}`;
  if (sweep.length + end.length <= LONGEST_NAME) return `${sweep}${end}`;
  const hash = createHash("sha256").update(sweep).digest("hex").slice(0, 8);
  return `${sweep.slice(0, LONGEST_NAME - end.length - hash.length - 1)}-${hash}${end}`;
}

/** All annotations of a pod may have 256 KiB together. */
const LONGEST_KIB = 200;

/** Why prepare cannot be given its task: one sentence for a person, or null. */
export function taskProblem(task: PrepareTask): string | null {
  const kibibytes = Math.ceil(Buffer.byteLength(JSON.stringify(task)) / 1024);
  if (kibibytes <= LONGEST_KIB) return null;
  return `The spec has ${kibibytes} KiB with its list of targets, and ${LONGEST_KIB} KiB are the most that a pod can be given: put the list into a ConfigMap (targets.configMap).`;
}

const DAY = 86_400;

/** Kubernetes counts them in 32 bits. */
const LONGEST_SECONDS = 2 ** 31 - 1;

/**
 * Seconds that a pod of a sweep may run: the last net beneath timeouts, progress and liveness, for what none of them sees.
 * Four times what a batch takes in which every target needs all of its time: the rest is for slots that others hold and for a
 * host that is ill. At least a day.
 */
export function podDeadline({ batch, request }: Pick<ResolvedSpec, "batch" | "request">): number {
  const rounds = Math.ceil(batch.targets / batch.concurrency);
  return Math.min(LONGEST_SECONDS, Math.max(DAY, 4 * rounds * request.timeouts.targetSeconds));
}
