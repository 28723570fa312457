import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { podDeadline, batchJob, type JobSource, prepareJob, jobName, taskProblem } from "../../../../src/controller/job/job.ts";
import type { FrozenPods } from "../../../../src/model/sweep-object.ts";
import type { PrepareTask } from "../../../../src/model/tasks.ts";
import { ROOT } from "../../../support/root.ts";

const SWEEP = { uid: "8c0f", namespace: "bgp", name: "again" };
const FROZEN: FrozenPods = {
  image: "ghcr.io/sluice/sluice@sha256:1",
  passes: 5,
  pods: 4,
  memoryBytes: 128 * 2 ** 20,
  deadlineSeconds: 86_400,
  database: { name: "bgp-db-app", key: "uri" },
  headers: [],
};
const WORK = { program: "prepare", pass: 2, round: 1, attempt: 3 } as const;
const TASK: PrepareTask = { identity: SWEEP, place: { pass: 2, round: 1, outOfMemory: [] } };

function source(frozen: Partial<FrozenPods> = {}, settings: Partial<JobSource["settings"]> = {}): JobSource {
  return { sweep: SWEEP, frozen: { ...FROZEN, ...frozen }, settings: { image: "another:1", imagePullPolicy: "IfNotPresent", pullSecrets: [], ...settings } };
}

function batch(of: JobSource = source(), memoryBytes = 256 * 2 ** 20) {
  return batchJob(of, { program: "batch", batch: 12 }, memoryBytes);
}

function podOf(job: ReturnType<typeof batchJob>) {
  return job.spec!.template.spec!;
}

function containerOf(job: ReturnType<typeof batchJob>) {
  return podOf(job).containers[0]!;
}

describe("a Job", () => {
  test("has a name that follows from its work", () => {
    expect(batch().metadata.name).toBe("again-b12");
    expect(prepareJob(source(), WORK, TASK).metadata.name).toBe("again-p2-1-3");
  });

  test("has a name of at most 63 characters that no other sweep's Job has", () => {
    const long = `${"a".repeat(51)}b`;
    const work = { program: "prepare", pass: 20, round: 17, attempt: 4711 } as const;
    expect(jobName(long, work)).toHaveLength(63);
    expect(jobName(long, work)).not.toBe(jobName(`${"a".repeat(51)}c`, work));
    expect(jobName(long, { program: "batch", batch: 123_456_789 })).toBe(`${long}-b123456789`);
  });

  test("is owned by its Sweep, and does not block its deletion", () => {
    expect(batch().metadata).toMatchObject({
      namespace: "bgp",
      ownerReferences: [{ apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", name: "again", uid: "8c0f", controller: true, blockOwnerDeletion: false }],
      annotations: { "sluice.dev/work": '{"program":"batch","batch":12}' },
    });
  });

  test("has one pod, never a second, and stays until it is counted", () => {
    const { spec } = batch();
    expect(spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 0 });
    expect(spec).not.toHaveProperty("ttlSecondsAfterFinished");
    expect(spec).not.toHaveProperty("activeDeadlineSeconds");
    expect(podOf(batch())).toMatchObject({ restartPolicy: "Never", activeDeadlineSeconds: 86_400 });
  });

  test("fails by policy for a disruption first, and else with the exit code in its condition", () => {
    expect(batch().spec!.podFailurePolicy!.rules).toEqual([
      { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      { action: "FailJob", onExitCodes: { operator: "NotIn", values: [0] } },
    ]);
  });

  test("has the same labels as its pods", () => {
    const labels = {
      "app.kubernetes.io/name": "sluice",
      "app.kubernetes.io/component": "batch",
      "app.kubernetes.io/managed-by": "sluice",
      "sluice.dev/sweep": "again",
      "sluice.dev/sweep-uid": "8c0f",
    };
    expect(batch().metadata.labels).toEqual(labels);
    expect(batch().spec!.template.metadata!.labels).toEqual(labels);
  });
});

describe("a pod", () => {
  test("runs what was frozen, with flags for its own limit", () => {
    expect(containerOf(batch())).toMatchObject({
      image: "ghcr.io/sluice/sluice@sha256:1",
      imagePullPolicy: "IfNotPresent",
      command: ["/nodejs/bin/node", "--max-old-space-size=64", "--max-semi-space-size=8", "/sluice/worker.mjs", "batch", "8c0f", "12"],
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } },
      terminationMessagePolicy: "FallbackToLogsOnError",
    });
    expect(containerOf(batch()).env).toContainEqual({ name: "SLUICE_MEMORY_BYTES", value: String(256 * 2 ** 20) });
  });

  test("meets the restricted standard and has no token of the API", () => {
    expect(podOf(batch())).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } });
    expect(containerOf(batch()).securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
  });

  test("is not process 1 of its namespace, which would miss a SIGTERM while it starts", () => {
    expect(podOf(batch())).toMatchObject({ shareProcessNamespace: true });
  });

  test("gets references to secrets, never their values", () => {
    const of = source({ databaseCa: { name: "bgp-db-ca", key: "ca.crt" }, headers: [{ name: "api-keys", key: "ripe.token" }] });
    expect(containerOf(batch(of)).env!.filter(({ valueFrom }) => valueFrom !== undefined)).toEqual([
      { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "bgp-db-app", key: "uri" } } },
      { name: "SLUICE_DATABASE_CA", valueFrom: { secretKeyRef: { name: "bgp-db-ca", key: "ca.crt" } } },
      { name: "SLUICE_SECRET_API_KEYS_RIPE_TOKEN", valueFrom: { secretKeyRef: { name: "api-keys", key: "ripe.token" } } },
    ]);
  });

  test("uses the proxy and the additional CA of the installation", () => {
    const job = batch(source({}, { httpsProxy: "http://proxy:3128", noProxy: ".svc", ca: { configMap: "bundle", key: "ca-bundle.crt" } }));
    expect(containerOf(job).env!.slice(-3)).toEqual([
      { name: "HTTPS_PROXY", value: "http://proxy:3128" },
      { name: "NO_PROXY", value: ".svc" },
      { name: "NODE_EXTRA_CA_CERTS", value: "/sluice-ca/ca.pem" },
    ]);
    expect(podOf(job).volumes).toContainEqual({ name: "ca", configMap: { name: "bundle", optional: true, items: [{ key: "ca-bundle.crt", path: "ca.pem" }] } });
    expect(containerOf(job).volumeMounts).toContainEqual({ name: "ca", mountPath: "/sluice-ca", readOnly: true });
  });

  test("gets the host's limit where the Sweep itself sets one, which may change while it runs", () => {
    expect(containerOf(batch({ ...source(), inFlight: 3 })).env).toContainEqual({ name: "SLUICE_HOST_IN_FLIGHT", value: "3" });
    expect(containerOf(batch()).env!.map(({ name }) => name)).not.toContain("SLUICE_HOST_IN_FLIGHT");
  });

  test("of prepare has its task in a file, and the list of a ConfigMap in another", () => {
    const job = prepareJob(source({ configMap: { name: "asns", key: "list.txt" } }), WORK, TASK);
    expect(job.spec!.template.metadata!.annotations).toEqual({ "sluice.dev/task": JSON.stringify(TASK) });
    expect(containerOf(job).command!.slice(-2)).toEqual(["prepare", "/sluice-task/task.json"]);
    expect(podOf(job).volumes!.slice(1)).toEqual([
      { name: "task", downwardAPI: { items: [{ path: "task.json", fieldRef: { fieldPath: "metadata.annotations['sluice.dev/task']" } }] } },
      { name: "targets", configMap: { name: "asns", optional: true, items: [{ key: "list.txt", path: "list" }] } },
    ]);
    expect(containerOf(job).volumeMounts!.map(({ mountPath }) => mountPath)).toEqual(["/tmp", "/sluice-task", "/sluice-targets"]);
  });

  test("of a batch has neither file", () => {
    const job = batch(source({ configMap: { name: "asns", key: "list.txt" } }));
    expect(podOf(job).volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "16Mi" } }]);
  });

  test("takes the sweep's own settings, which cannot loosen ours", () => {
    const podTemplate = {
      labels: { team: "routing", "app.kubernetes.io/name": "mine" },
      annotations: { note: "x", "sluice.dev/task": "{}" },
      resources: { requests: { cpu: "2", "ephemeral-storage": "64Mi" }, limits: { cpu: "4" } },
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "batch", operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" }],
      priorityClassName: "low",
      runtimeClassName: "gvisor",
      imagePullSecrets: [{ name: "theirs" }],
    };
    const job = prepareJob(source({ podTemplate }, { pullSecrets: ["ours"] }), WORK, TASK);
    const { nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, runtimeClassName } = podTemplate;
    expect(podOf(job)).toMatchObject({ nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, runtimeClassName });
    expect(podOf(job).imagePullSecrets).toEqual([{ name: "ours" }, { name: "theirs" }]);
    expect(containerOf(job).resources).toEqual({ requests: { cpu: "2", "ephemeral-storage": "64Mi", memory: "256Mi" }, limits: { cpu: "4", memory: "256Mi" } });
    expect(job.spec!.template.metadata).toMatchObject({ labels: { team: "routing", "app.kubernetes.io/name": "sluice" }, annotations: { note: "x", "sluice.dev/task": JSON.stringify(TASK) } });
    expect(job.metadata.labels).not.toHaveProperty("team");
  });

  test("has Prometheus' annotations where the installation wants them, and the sweep's own win", () => {
    const annotations = { "prometheus.io/scrape": "true", "prometheus.io/port": "8081", "prometheus.io/path": "/metrics" };
    const off = { podTemplate: { annotations: { "prometheus.io/scrape": "false" } } };
    expect(batch().spec!.template.metadata!.annotations).toEqual({});
    expect(batch(source({}, { scrapeAnnotations: true })).spec!.template.metadata!.annotations).toEqual(annotations);
    expect(batch(source(off, { scrapeAnnotations: true })).spec!.template.metadata!.annotations).toEqual({ ...annotations, "prometheus.io/scrape": "false" });
  });

  test("is ended within a minute when it does not answer, but not for a pause of fifteen seconds", () => {
    const { periodSeconds, timeoutSeconds, failureThreshold, httpGet } = containerOf(batch()).livenessProbe!;
    expect(httpGet).toEqual({ path: "/healthz", port: "http" });
    expect(containerOf(batch()).ports).toEqual([{ name: "http", containerPort: 8081 }]);
    expect(periodSeconds! * (failureThreshold! - 1)).toBeGreaterThan(15);
    // A kubelet before 1.35 gives it the grace of the pod.
    const graceSeconds = batch().spec!.template.spec!.terminationGracePeriodSeconds!;
    expect(periodSeconds! + Math.max(periodSeconds!, timeoutSeconds!) * failureThreshold! + graceSeconds).toBeLessThanOrEqual(60);
  });
});

describe("the deadline of a pod", () => {
  const spec = (targets: number, concurrency: number, targetSeconds: number) => ({ batch: { targets, concurrency }, request: { timeouts: { targetSeconds } } }) as Parameters<typeof podDeadline>[0];

  test("is a day where four times the longest batch is less", () => {
    expect(podDeadline(spec(128, 16, 1800))).toBe(86_400);
  });

  test("is four times what a batch takes in which every target needs all of its time", () => {
    expect(podDeadline(spec(128, 1, 1800))).toBe(4 * 128 * 1800);
  });
});

describe("the task of prepare", () => {
  const withList = (names: number): PrepareTask => ({ ...TASK, spec: { targets: { from: { kind: "list", list: Array.from({ length: names }, (_, index) => `AS${100_000 + index}`) } } } as unknown as NonNullable<PrepareTask["spec"]> });

  test("fits with ten thousand AS numbers", () => {
    expect(taskProblem(withList(10_000))).toBeNull();
  });

  test("is refused beyond 200 KiB, with the way out", () => {
    expect(taskProblem(withList(20_000))).toMatch(/^The spec with its list of targets has 2\d\d KiB, and a pod can take at most 200 KiB: put the list into a ConfigMap \(targets\.configMap\)\.$/);
  });
});

test("a pod asks for less CPU than the controller does: on a busy node the one that holds the Lease must not starve first", () => {
  const { resources } = parse(readFileSync(path.join(ROOT, "charts/sluice/values.yaml"), "utf8")) as { resources: { cpu: string } };
  const milli = (cpu: unknown): number => Number(/^(\d+)m$/.exec(String(cpu))![1]);
  expect(milli(resources.cpu)).toBeGreaterThan(milli(containerOf(batch()).resources!.requests!["cpu"]));
});

test.each([
  ["as it was frozen", source({ prepareMemoryBytes: 200 * 2 ** 20 }), "200Mi"],
  ["as the Sweep says now, which may solve what blocks it", { ...source({ prepareMemoryBytes: 512 * 2 ** 20 }), prepareMemory: "128Mi" }, "128Mi"],
  ["that fits a LimitRange of 256Mi, where an earlier version accepted the Sweep", source(), "256Mi"],
])("a prepare has the memory %s", (_, of, memory) => {
  const { resources, command } = containerOf(prepareJob(of, WORK, TASK));
  expect(resources).toMatchObject({ requests: { memory }, limits: { memory } });
  expect(command).toContain(`--max-old-space-size=${Number(memory.replace("Mi", "")) / 4}`);
});
