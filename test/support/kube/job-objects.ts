import type { CoreEvent, Job, Pod } from "../../../src/kube/object.ts";

/** Objects as a real API server wrote them (1.34), less what nobody reads. Everything is about one Job, made at MADE. */

export const MADE = Date.parse("2026-11-23T21:23:39Z") / 1000;

type Conditions = NonNullable<NonNullable<Pod["status"]>["conditions"]>;
type State = NonNullable<NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]["state"]>;

export function aJob(conditions: readonly { readonly type: string; readonly reason: string; readonly message: string }[] = [], spec: object = {}): Job {
  return {
    metadata: { name: "again-b3", namespace: "bgp", uid: "48972305-72bb-4386-b401-a5c1c00bc1c9", resourceVersion: "1", creationTimestamp: at(0) },
    spec: spec as NonNullable<Job["spec"]>,
    status: { conditions: conditions.map((condition) => ({ ...condition, status: "True" })) },
  };
}

/** The two conditions that a Job gets when it has failed. */
export function aFailedJob(reason: string, message: string): Job {
  return aJob([{ type: "FailureTarget", reason, message }, { type: "Failed", reason, message }]);
}

export interface PodSketch {
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly state?: State;
  /** Of the kubelet about the whole pod. */
  readonly reason?: string;
  readonly message?: string;
  /** Seconds after MADE at which its grace ends. */
  readonly leavesAt?: number;
  readonly disrupted?: string;
  readonly unscheduled?: string;
  readonly image?: string;
  /** Seconds after MADE. */
  readonly madeAt?: number;
}

export function aPod({ phase, state, reason, message, leavesAt, disrupted, unscheduled, image = "ghcr.io/sluice/sluice:1", madeAt = 0 }: PodSketch): Pod {
  const scheduled = unscheduled === undefined ? { type: "PodScheduled", status: "True" } : { type: "PodScheduled", status: "False", reason: "Unschedulable", message: unscheduled };
  const conditions: Conditions = [
    { type: "Initialized", status: "True" },
    { type: "Ready", status: "False", reason: "ContainersNotReady", message: "containers with unready status: [worker]" },
    scheduled,
    ...(disrupted === undefined ? [] : [{ type: "DisruptionTarget", status: "True", reason: disrupted }]),
  ];
  return {
    metadata: {
      name: "again-b3-x7k2f",
      namespace: "bgp",
      uid: "b471faee-449a-4bf2-b580-fe273593836c",
      resourceVersion: "2",
      creationTimestamp: at(madeAt),
      ...(leavesAt === undefined ? {} : { deletionTimestamp: at(leavesAt), deletionGracePeriodSeconds: 30 }),
    },
    status: {
      phase,
      conditions,
      ...(unscheduled === undefined ? { startTime: at(0) } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      ...(state === undefined ? {} : { containerStatuses: [{ name: "worker", image, imageID: "", ready: false, restartCount: 0, state }] }),
    },
  };
}

export function terminated(exitCode: number, message = "", reason = exitCode === 0 ? "Completed" : "Error"): State {
  return { terminated: { exitCode, reason, ...(message === "" ? {} : { message }), startedAt: at(2), finishedAt: at(9) } };
}

export function waiting(reason: string, message?: string): State {
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

export const running: State = { running: { startedAt: at(2) } };

export function anEvent(reason: string, message: string, seconds: number): CoreEvent {
  return {
    metadata: { name: `again-b3.${seconds}`, namespace: "bgp", uid: `${seconds}`, resourceVersion: "3" },
    involvedObject: { kind: "Job", name: "again-b3" },
    type: reason === "FailedCreate" ? "Warning" : "Normal",
    reason,
    message,
    lastTimestamp: at(seconds),
  };
}

/** RFC 3339, as many seconds after MADE. */
export function at(seconds: number): string {
  return new Date((MADE + seconds) * 1000).toISOString().replace(".000Z", "Z");
}
