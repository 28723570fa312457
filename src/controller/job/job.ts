import { createHash } from "node:crypto";
import type { BatchWork, PrepareWork } from "../../decide/sweep/decision.ts";
import { nodeFlagsFor } from "../../decide/sweep/process-memory.ts";
import type { Draft, Job } from "../../kube/object.ts";
import { DEFAULTS } from "../../model/defaults.ts";
import { formatMemory, parseMemory } from "../../model/quantity.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import type { PodSettings } from "../../model/schema/pod-template.ts";
import type { FrozenPods, SecretKey } from "../../model/sweep-object.ts";
import type { JobWork, SweepIdentity } from "../../model/sweep.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { secretVariable, TARGETS_FILE } from "../../providers/resolve.ts";
import type { WorkerSettings } from "./settings.ts";

/** On a prepare's pod: PrepareTask as JSON. */
export const TASK_ANNOTATION = "sluice.dev/task";

/** What a Job is for: JobWork as JSON. */
export const WORK_ANNOTATION = "sluice.dev/work";

/** On a Job and its pods: the Sweep's name. */
export const SWEEP_LABEL = "sluice.dev/sweep";
const SWEEP_UID_LABEL = "sluice.dev/sweep-uid";

export const HEALTH_PORT = 8081;

/** What a Job is built from, besides its work. */
export interface JobSource {
  readonly sweep: SweepIdentity;
  readonly frozen: FrozenPods;
  readonly settings: WorkerSettings;
  /** The Sweep's current host.inFlight, for a batch that starts now. Prepare has it in its task. */
  readonly inFlight?: number;
  /** The Sweep's current prepare.memory. */
  readonly prepareMemory?: string;
}

/** Call taskProblem() before: a task that is too long would not be accepted. */
export function prepareJob(source: JobSource, work: PrepareWork, task: PrepareTask): Draft<Job> {
  return job(source, work, { program: "prepare", memoryBytes: prepareMemoryOf(source), task });
}

export function prepareMemoryOf({ frozen, prepareMemory }: Pick<JobSource, "frozen" | "prepareMemory">): number {
  const own = prepareMemory === undefined ? null : parseMemory(prepareMemory);
  return own ?? frozen.prepareMemoryBytes ?? parseMemory(DEFAULTS.prepare.memory)!;
}

/** @param memoryBytes of the batch's range */
export function batchJob(source: JobSource, work: BatchWork, memoryBytes: number): Draft<Job> {
  return job(source, work, { program: "batch", memoryBytes, batch: work.batch });
}

/**
 * A Job has one pod and never a second: the next pass does what it leaves. No TTL, which would delete a Job before it is counted. No
 * deadline on the Job, which would delete the pod with its message.
 * The failure policy puts the exit code into the Job's own condition, for when the pod is gone: "Container worker for pod
 * bgp/again-b3-x7k2f failed with exit code 3 matching FailJob rule at index 1".
 */
function job(source: JobSource, work: JobWork, run: ProgramRun): Draft<Job> {
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
      // blockOwnerDeletion: true would need the right to set the Sweep's finalizers.
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
      template: podTemplate(source, labels, run),
    },
  };
}

/** The same on a Job and on its pods. The chart's PodMonitor and NetworkPolicy select by them. */
function labelsOf(sweep: SweepIdentity, program: JobWork["program"]): Record<string, string> {
  return {
    "app.kubernetes.io/name": "sluice",
    "app.kubernetes.io/component": program,
    "app.kubernetes.io/managed-by": "sluice",
    [SWEEP_LABEL]: sweep.name,
    [SWEEP_UID_LABEL]: sweep.uid,
  };
}

/** A Job's name is also a label of its pods, and a label has at most 63 characters. */
const MAX_NAME_LENGTH = 63;

/**
 * A Job's name follows from its work, so that creating it twice is a conflict and not a second Job.
 * "again-b12" is a batch, "again-p2-1-3" a prepare with pass, round and attempt. A sweep's name that leaves no room for the end, which can
 * happen after months of attempts, is cut and made unique by a hash.
 */
export function jobName(sweep: string, work: JobWork): string {
  const end = work.program === "batch" ? `-b${work.batch}` : `-p${work.pass}-${work.round}-${work.attempt}`;
  if (sweep.length + end.length <= MAX_NAME_LENGTH) return `${sweep}${end}`;
  const hash = createHash("sha256").update(sweep).digest("hex").slice(0, 8);
  return `${sweep.slice(0, MAX_NAME_LENGTH - end.length - hash.length - 1)}-${hash}${end}`;
}

type PodTemplate = NonNullable<Job["spec"]>["template"];
type PodSpec = NonNullable<PodTemplate["spec"]>;
type Container = PodSpec["containers"][number];

/** What a pod's container runs. */
type ProgramRun = { readonly memoryBytes: number } & (
  | { readonly program: "prepare"; readonly task: PrepareTask }
  | { readonly program: "batch"; readonly batch: number }
);

export const CONTAINER = "worker";

/** As long as a batch waits for an unavailable database. By then it has committed its results and returned its slots. */
const GRACE_SECONDS = 30;

/** Only a request: a batch mostly waits for the network. With 16 answers at full speed it uses a whole CPU where one is free. */
const CPU = "100m";

/** The programs write nothing there. On disk: in memory it would count towards the container's limit. */
const TEMPORARY_LIMIT = "16Mi";

/**
 * The pod of a Job meets the Pod Security Standard "restricted" and has no token of the Kubernetes API. The sweep's own settings come from
 * a closed list, and none of them can loosen this.
 */
export function podTemplate(source: JobSource, labels: Record<string, string>, run: ProgramRun): PodTemplate {
  const { frozen, settings } = source;
  const theirs = (frozen.podTemplate ?? {}) as PodSettings;
  const task = run.program === "prepare" ? { [TASK_ANNOTATION]: JSON.stringify(run.task) } : {};
  const { labels: theirLabels, annotations: theirAnnotations, resources, imagePullSecrets = [], ...placing } = theirs;
  const pullSecrets = [...settings.pullSecrets.map((name) => ({ name })), ...imagePullSecrets];
  const scrape = settings.scrapeAnnotations === true ? SCRAPE_ANNOTATIONS : {};
  const { volumes } = foldersFor(source, run.program);
  return {
    metadata: { labels: { ...theirLabels, ...labels }, annotations: { ...scrape, ...theirAnnotations, ...task } },
    spec: {
      ...(placing as Partial<PodSpec>),
      restartPolicy: "Never",
      activeDeadlineSeconds: frozen.deadlineSeconds,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Otherwise the program is process 1 of its namespace, to which Linux delivers no signal before it has a handler: one that is deleted
      // while it starts would run on until it is killed.
      shareProcessNamespace: true,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
      containers: [container(source, run, resources ?? {})],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: TEMPORARY_LIMIT } }, ...volumes],
    },
  };
}

/** For a Prometheus without the operator. The chart sets the same ones on the controller's pod. */
const SCRAPE_ANNOTATIONS = { "prometheus.io/scrape": "true", "prometheus.io/port": String(HEALTH_PORT), "prometheus.io/path": "/metrics" };

function container(source: JobSource, run: ProgramRun, resources: NonNullable<PodSettings["resources"]>): Container {
  const { frozen, settings } = source;
  const memory = formatMemory(run.memoryBytes);
  const own = resources as { requests?: Record<string, string>; limits?: Record<string, string> };
  const args = run.program === "prepare" ? ["prepare", TASK_FILE] : ["batch", source.sweep.uid, String(run.batch)];
  return {
    name: CONTAINER,
    image: frozen.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: ["/nodejs/bin/node", ...nodeFlagsFor(run.memoryBytes), "/sluice/worker.mjs", ...args],
    env: environmentOf(source, run.memoryBytes),
    ports: [{ name: "http", containerPort: HEALTH_PORT }],
    resources: { requests: { cpu: CPU, ...own.requests, memory }, limits: { ...own.limits, memory } },
    livenessProbe: LIVENESS,
    // The program's message, which it writes while it works; without one, the last lines of its log.
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...foldersFor(source, run.program).mounts],
  };
}

/**
 * Ends a process that makes no progress. One so close to its limit that the kernel evicts the pages that it needs next does not die but
 * crawls: it answers late or not at all, and so does one whose pattern costs too much. It is ended within a minute: at most 30 seconds until
 * the fifth probe has failed, and the grace. Five seconds of grace are enough, since it can commit nothing more. (The kubelet of 1.34 still
 * gives a pod that is never restarted the 30 seconds of the pod.)
 */
const LIVENESS: NonNullable<Container["livenessProbe"]> = {
  httpGet: { path: "/healthz", port: "http" },
  periodSeconds: 5,
  timeoutSeconds: 5,
  failureThreshold: 5,
  terminationGracePeriodSeconds: 5,
};

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: SecretKey };
}

/** What src/bin/worker.ts reads. A Job never contains the value of a Secret, only a reference to it. */
function environmentOf({ frozen, settings, inFlight }: JobSource, memoryBytes: number): Variable[] {
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

interface Folders {
  readonly volumes: NonNullable<PodSpec["volumes"]>;
  readonly mounts: NonNullable<Container["volumeMounts"]>;
}

const TASK_FILE = "/sluice-task/task.json";
const CA_FILE = "/sluice-ca/ca.pem";

/**
 * The files of a pod. Each ConfigMap is optional: without that, a missing one would keep the pod waiting without a reason. So the program
 * starts, finds its file missing and reports it.
 */
function foldersFor({ frozen, settings }: JobSource, program: JobWork["program"]): Folders {
  const { configMap } = frozen;
  const { ca } = settings;
  return joined([
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

function joined(folders: readonly Folders[]): Folders {
  return { volumes: folders.flatMap(({ volumes }) => volumes), mounts: folders.flatMap(({ mounts }) => mounts) };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** All annotations of a pod together may have 256 KiB. */
const MAX_TASK_KIB = 200;

/** Why a task is too long for a pod, in one sentence, or null. */
export function taskProblem(task: PrepareTask): string | null {
  const kibibytes = Math.ceil(Buffer.byteLength(JSON.stringify(task)) / 1024);
  if (kibibytes <= MAX_TASK_KIB) return null;
  return `The spec with its list of targets has ${kibibytes} KiB, and a pod can take at most ${MAX_TASK_KIB} KiB: put the list into a ConfigMap (targets.configMap).`;
}

const DAY = 86_400;

/** Kubernetes stores the deadline in 32 bits. */
const MAX_DEADLINE_SECONDS = 2 ** 31 - 1;

/**
 * Seconds that a sweep's pod may run: the last resort, for what timeouts and the liveness probe miss. Four times as long as a batch takes
 * in which every target uses all of its time, because a batch also waits for slots and for an unhealthy host. At least a day.
 */
export function podDeadline({ batch, request }: Pick<ResolvedSpec, "batch" | "request">): number {
  const rounds = Math.ceil(batch.targets / batch.concurrency);
  return Math.min(MAX_DEADLINE_SECONDS, Math.max(DAY, 4 * rounds * request.timeouts.targetSeconds));
}
