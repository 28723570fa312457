import { describe, expect, test } from "vitest";
import { jobState } from "../../../../src/controller/job/job-state.ts";
import type { CoreEvent, Job, Pod } from "../../../../src/kube/object.ts";
import { aFailedJob, aJob, anEvent, aPod, MADE, running, terminated, waiting } from "../../../support/kube/job-objects.ts";

const MESSAGE = JSON.stringify({
  program: "batch", batch: 3, incarnation: 1, targets: 128, states: { ok: 7, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0 },
  requests: 9, retries: 0, wireBytes: 1, textBytes: 2, matches: 3, rows: 3, inFlight: 2, slots: { wanted: 2, held: 2, limit: 8 },
  memory: { limit: 134217728, anonPeak: 90000000, kernelPeak: null }, seconds: 4, paused: null, failing: [],
});
const FENCED = JSON.stringify({ ...(JSON.parse(MESSAGE) as object), problem: "another process has batch 3 now" });

interface Case {
  readonly job?: Job;
  readonly pod?: Pod | null;
  readonly events?: readonly CoreEvent[];
  /** Seconds after the Job was created; 60 where it does not matter. */
  readonly after?: number;
}

function observe({ job = aJob(), pod = null, events, after = 60 }: Case): ReturnType<typeof jobState> {
  return jobState(job, pod === null ? [] : [pod], events ?? null, MADE + after);
}

function endOf(observed: Case): { exitCode: number | null; outOfMemory: boolean } {
  const state = observe(observed);
  if (state.kind === "open") throw new Error("the Job is open");
  const { exitCode, outOfMemory } = state.end;
  return { exitCode, outOfMemory };
}

const REMOVED = { exitCode: 143, outOfMemory: false };
const MEMORY = { exitCode: 137, outOfMemory: true };

describe("how a pod ended", () => {
  const table: Record<string, [Pod, { exitCode: number | null; outOfMemory: boolean }]> = {
    "every target has a result": [aPod({ phase: "Succeeded", state: terminated(0, MESSAGE) }), { exitCode: 0, outOfMemory: false }],
    "the spec is wrong": [aPod({ phase: "Failed", state: terminated(2, MESSAGE) }), { exitCode: 2, outOfMemory: false }],
    "its own guard is out of memory": [aPod({ phase: "Failed", state: terminated(4, MESSAGE) }), { exitCode: 4, outOfMemory: true }],
    "the kernel killed it": [aPod({ phase: "Failed", state: terminated(137, MESSAGE, "OOMKilled") }), MEMORY],
    "the kernel killed it while it was being deleted": [aPod({ phase: "Failed", state: terminated(137, MESSAGE, "OOMKilled"), leavesAt: 50 }), MEMORY],
    "V8 ended it as process 1": [aPod({ phase: "Failed", state: terminated(139, MESSAGE) }), { exitCode: 139, outOfMemory: true }],
    "V8 ended it by a trap": [aPod({ phase: "Failed", state: terminated(133, MESSAGE) }), { exitCode: 133, outOfMemory: true }],
    "the liveness probe killed one that hung": [aPod({ phase: "Failed", state: terminated(137, MESSAGE) }), MEMORY],
    "the liveness probe ended one that still could stop": [aPod({ phase: "Failed", state: terminated(143, MESSAGE) }), MEMORY],
    "the liveness probe ended one that had not spoken": [aPod({ phase: "Failed", state: terminated(143) }), MEMORY],
    "another process has its batch": [aPod({ phase: "Failed", state: terminated(143, FENCED) }), REMOVED],
    "somebody deleted the pod, and it stopped": [aPod({ phase: "Failed", state: terminated(143, MESSAGE), leavesAt: 50 }), REMOVED],
    "somebody deleted the pod, and it had to be killed": [aPod({ phase: "Failed", state: terminated(137, MESSAGE), leavesAt: 50 }), REMOVED],
    "somebody deleted the pod, and it crashed over it": [aPod({ phase: "Failed", state: terminated(1, MESSAGE), leavesAt: 50 }), REMOVED],
    "somebody deleted the pod when it was done": [aPod({ phase: "Succeeded", state: terminated(0, MESSAGE), leavesAt: 50 }), { exitCode: 0, outOfMemory: false }],
    "it was evicted through the API": [aPod({ phase: "Failed", state: terminated(137, MESSAGE), disrupted: "EvictionByEvictionAPI" }), REMOVED],
    "the kubelet evicted it": [aPod({ phase: "Failed", state: terminated(137, MESSAGE), reason: "Evicted", message: "The node was low on resource: memory." }), REMOVED],
    "it was beyond its deadline": [aPod({ phase: "Failed", state: terminated(137, MESSAGE), reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" }), REMOVED],
    "somebody deleted the pod before it began": [aPod({ phase: "Failed", leavesAt: 50, unscheduled: "0/1 nodes are available: 1 Insufficient cpu." }), REMOVED],
    "it crashed": [aPod({ phase: "Failed", state: terminated(1, "TypeError: no\n") }), { exitCode: 1, outOfMemory: false }],
  };
  test.each(Object.entries(table))("%s", (_, [pod, end]) => {
    expect(endOf({ pod })).toEqual(end);
  });

  test("has the program's message", () => {
    expect(observe({ pod: aPod({ phase: "Failed", state: terminated(137, MESSAGE) }) })).toMatchObject({ end: { message: { batch: 3, memory: { anonPeak: 90000000 } }, lastLines: "" } });
  });

  test("puts the peak at the limit where the kernel killed it, whatever the last message says", () => {
    expect(observe({ pod: aPod({ phase: "Failed", state: terminated(137, MESSAGE, "OOMKilled") }) })).toMatchObject({ end: { message: { memory: { limit: 134217728, anonPeak: 134217728 } } } });
  });

  test("has the last lines where the program left no message", () => {
    expect(observe({ pod: aPod({ phase: "Failed", state: terminated(1, "TypeError: no\n") }) })).toMatchObject({ end: { message: null, lastLines: "TypeError: no\n" } });
  });

  test("waits until the kubelet has set the phase: the reason may still follow, such as an eviction", () => {
    expect(observe({ pod: aPod({ phase: "Running", state: terminated(137, MESSAGE) }) })).toMatchObject({ kind: "open" });
  });

  test.each([0, 2, 3, 4])("counts at once, and not when the phase follows, once the container has ended with %i and our message", (exitCode) => {
    expect(observe({ pod: aPod({ phase: "Running", state: terminated(exitCode, MESSAGE) }) })).toMatchObject({ kind: "finished", end: { exitCode, message: { batch: 3 } } });
  });

  test.each([["without a message", ""], ["with half a message", MESSAGE.slice(0, 100)], ["with something else", '{"program":"other"}']])("waits for the phase where it ended with 0 %s", (_, text) => {
    expect(observe({ pod: aPod({ phase: "Running", state: terminated(0, text) }) })).toMatchObject({ kind: "open" });
  });

  test("comes from the finished pod, although there is a second one", () => {
    const pods = [aPod({ phase: "Failed", state: terminated(4, MESSAGE) }), aPod({ phase: "Pending", state: waiting("ContainerCreating"), madeAt: 5 })];
    expect(jobState(aJob(), pods, null, MADE)).toMatchObject({ end: { exitCode: 4 } });
  });
});

describe("how a Job ended whose pod is gone", () => {
  const byCode = (code: number): Job => aFailedJob("PodFailurePolicy", `Container worker for pod bgp/again-b3-x7k2f failed with exit code ${code} matching FailJob rule at index 1`);
  const table: Record<string, [Job, { exitCode: number | null; outOfMemory: boolean }]> = {
    "it is complete": [aJob([{ type: "SuccessCriteriaMet", reason: "CompletionsReached", message: "" }, { type: "Complete", reason: "CompletionsReached", message: "" }]), { exitCode: 0, outOfMemory: false }],
    "the spec is wrong": [byCode(2), { exitCode: 2, outOfMemory: false }],
    "the surroundings are": [byCode(3), { exitCode: 3, outOfMemory: false }],
    "its own guard is out of memory": [byCode(4), { exitCode: 4, outOfMemory: true }],
    "a signal ended it, and nobody knows whose": [byCode(137), REMOVED],
    "it was evicted": [aFailedJob("PodFailurePolicy", "Pod bgp/again-b3-x7k2f has condition DisruptionTarget matching FailJob rule at index 0"), REMOVED],
    "its pod was deleted before it began": [aFailedJob("BackoffLimitExceeded", "Job has reached the specified backoff limit"), REMOVED],
  };
  test.each(Object.entries(table))("%s", (_, [job, end]) => {
    expect(endOf({ job })).toEqual(end);
  });

  test("is open while its pod is still being deleted", () => {
    expect(observe({ job: aJob([{ type: "FailureTarget", reason: "PodFailurePolicy", message: "" }]), pod: aPod({ phase: "Running", state: running, leavesAt: 90 }) })).toMatchObject({ kind: "open" });
  });
});

describe("why a pod does not start", () => {
  const PULL = 'failed to pull and unpack image "ghcr.io/sluice/sluice:1": failed to resolve reference "ghcr.io/sluice/sluice:1": ';
  const pending = (reason: string, message?: string): Pod => aPod({ phase: "Pending", state: waiting(reason, message) });
  const forbidden = (why: string): CoreEvent => anEvent("FailedCreate", `Error creating: pods "again-b3-x7k2f" is forbidden: ${why}`, 12);
  const table: Record<string, [Case, string]> = {
    "a Secret is missing": [{ pod: pending("CreateContainerConfigError", 'secret "bgp-db-app" not found'), after: 1 }, "The Secret bgp-db-app does not exist in the namespace bgp."],
    "a key of a Secret is missing": [{ pod: pending("CreateContainerConfigError", "couldn't find key uri in Secret bgp/bgp-db-app"), after: 1 }, "The Secret bgp-db-app in the namespace bgp has no key uri."],
    "the image wants to be root": [
      { pod: pending("CreateContainerConfigError", "container has runAsNonRoot and image will run as root (pod: \"x\", container: worker)") },
      'The container cannot be created: container has runAsNonRoot and image will run as root (pod: "x", container: worker).',
    ],
    "the registry does not answer": [
      { pod: pending("ImagePullBackOff", `Back-off pulling image "ghcr.io/sluice/sluice:1": ErrImagePull: ${PULL}failed to do request: Head "https://ghcr.io/v2/": dial tcp: i/o timeout`) },
      'The image ghcr.io/sluice/sluice:1 cannot be pulled: Head "https://ghcr.io/v2/": dial tcp: i/o timeout.',
    ],
    "the image is not in the registry": [{ pod: pending("ErrImagePull", `rpc error: code = NotFound desc = ${PULL}ghcr.io/sluice/sluice:1: not found`) }, "The image ghcr.io/sluice/sluice:1 cannot be pulled: ghcr.io/sluice/sluice:1: not found."],
    "the back-off says nothing more": [{ pod: pending("ImagePullBackOff", 'Back-off pulling image "ghcr.io/sluice/sluice:1"') }, "The image ghcr.io/sluice/sluice:1 cannot be pulled."],
    "the image's name is none": [{ pod: pending("InvalidImageName", "couldn't parse image name: invalid reference format"), after: 1 }, "The image ghcr.io/sluice/sluice:1 cannot be pulled: couldn't parse image name: invalid reference format."],
    "the image is not on the node, and may not be pulled": [
      { pod: pending("ErrImageNeverPull", 'Container image "ghcr.io/sluice/sluice:1" is not present with pull policy of Never'), after: 1 },
      'The image ghcr.io/sluice/sluice:1 cannot be pulled: Container image "ghcr.io/sluice/sluice:1" is not present with pull policy of Never.',
    ],
    "the image has no such program": [
      { pod: aPod({ phase: "Failed", state: terminated(128, 'exec: "/nodejs/bin/node": stat /nodejs/bin/node: no such file or directory: unknown', "StartError") }) },
      'The container cannot be started: exec: "/nodejs/bin/node": stat /nodejs/bin/node: no such file or directory: unknown.',
    ],
    "the node has no room after all": [
      { pod: aPod({ phase: "Failed", reason: "OutOfcpu", message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 1000, used: 2000, capacity: 2000" }) },
      "The node refuses the pod: Pod was rejected: Node didn't have enough resource: cpu, requested: 1000, used: 2000, capacity: 2000.",
    ],
    "a quota is used up": [
      { events: [forbidden("exceeded quota: small, requested: requests.memory=128Mi, used: requests.memory=0, limited: requests.memory=64Mi")] },
      "The namespace's quota refuses the pod: exceeded quota: small, requested: requests.memory=128Mi, used: requests.memory=0, limited: requests.memory=64Mi.",
    ],
    "a policy forbids it": [
      { events: [forbidden('violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false')] },
      'The namespace\'s Pod Security Standard refuses the pod: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false.',
    ],
    "a webhook denies it": [
      { events: [anEvent("FailedCreate", 'Error creating: admission webhook "policy.example.org" denied the request: no', 12)] },
      'Kubernetes refuses the pod: admission webhook "policy.example.org" denied the request: no.',
    ],
  };
  test.each(Object.entries(table))("%s", (_, [seen, problem]) => {
    expect(observe(seen)).toMatchObject({ kind: "finished", end: { exitCode: 3, outOfMemory: false, lastLines: problem } });
  });

  test("is given 30 seconds where it may pass by itself", () => {
    const seen = { pod: pending("ErrImagePull", `${PULL}not found`) };
    expect(observe({ ...seen, after: 29 })).toEqual({ kind: "open", requeueAfterSeconds: 1, needsEvents: false, waitsFor: "The image ghcr.io/sluice/sluice:1 cannot be pulled: not found." });
    expect(observe({ ...seen, after: 30 })).toMatchObject({ kind: "finished" });
  });

  test("is reported, and never given up, where no node has room", () => {
    const pod = aPod({ phase: "Pending", unscheduled: "0/1 nodes are available: 1 Insufficient cpu." });
    expect(observe({ pod, after: 9000 })).toEqual({ kind: "open", requeueAfterSeconds: null, needsEvents: false, waitsFor: "The pod has no node yet: 0/1 nodes are available: 1 Insufficient cpu." });
  });

  test("is null while the kubelet prepares the container and while it runs", () => {
    for (const pod of [pending("ContainerCreating"), aPod({ phase: "Pending" }), aPod({ phase: "Running", state: running })]) {
      expect(observe({ pod, after: 9000 })).toEqual({ kind: "open", requeueAfterSeconds: null, needsEvents: false, waitsFor: null });
    }
  });
});

describe("a Job without a pod", () => {
  test("has ten seconds before its events are read", () => {
    expect(observe({ after: 4 })).toEqual({ kind: "open", requeueAfterSeconds: 6, needsEvents: false, waitsFor: null });
    expect(observe({ after: 10 })).toMatchObject({ kind: "open", needsEvents: true });
  });

  test("is checked every 30 seconds where its events say nothing", () => {
    expect(observe({ events: [] })).toEqual({ kind: "open", requeueAfterSeconds: 30, needsEvents: false, waitsFor: null });
  });

  test("is about to get one where the last event says so", () => {
    expect(observe({ events: [anEvent("SuccessfulCreate", "Created pod: again-b3-x7k2f", 15), anEvent("FailedCreate", "Error creating: no", 12)] })).toMatchObject({ kind: "open", requeueAfterSeconds: 30 });
  });

  test("waits where something else suspended it", () => {
    expect(observe({ job: aJob([], { suspend: true }), after: 9000 })).toMatchObject({ kind: "open", requeueAfterSeconds: null, waitsFor: "The Job was suspended by something other than Sluice." });
  });
});

describe("a pod that is being deleted", () => {
  const pod = aPod({ phase: "Running", state: running, leavesAt: 50 });

  test("is waited for until 30 seconds after its grace", () => {
    expect(observe({ pod, after: 20 })).toMatchObject({ kind: "open", requeueAfterSeconds: 60 });
    expect(observe({ pod, after: 79 })).toMatchObject({ kind: "open", requeueAfterSeconds: 1 });
  });

  test("is then given up, as on a dead node", () => {
    expect(endOf({ pod, after: 80 })).toEqual(REMOVED);
  });
});
