import { nodeFlagsFor } from "../../decide/node-flags.ts";
import type { Job } from "../../kube/resource.ts";
import { formatMemory } from "../../model/quantity.ts";
import type { PodSettings } from "../../model/schema/pod-template.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { environmentOf, HEALTH_PORT } from "./environment.ts";
import type { JobSource } from "./job.ts";
import { TASK_ANNOTATION } from "./labels.ts";
import { foldersFor, TASK_FILE } from "./volumes.ts";

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
