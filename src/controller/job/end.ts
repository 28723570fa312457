import { parseProgramMessage } from "../../decide/sweep/program-message.ts";
import type { CoreEvent, Job, Pod } from "../../kube/object.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { ProgramMessage } from "../../model/message.ts";
import type { JobEnd } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { CONTAINER } from "./job.ts";

/** A Job as it was looked at. */
export type ObservedJobState = JobEnded | StillOpen;

export interface JobEnded {
  readonly kind: "ended";
  readonly end: JobEnd;
}

export interface StillOpen {
  readonly kind: "open";
  /** Seconds after which it may be something else although nothing happens to it; null: whatever happens, the watch tells. */
  readonly requeueAfterSeconds: number | null;
  /** Nobody knows why it has no pod: list the Job's events (involvedObject.uid) and look once more. */
  readonly askEvents: boolean;
  /** What keeps its pod from beginning, in a sentence; null where it runs or is about to. */
  readonly waitsFor: string | null;
}

/**
 * How a Job of ours ended, if it has. Of the objects only metadata, status and `spec.suspend` are read.
 *
 * In words: an ended pod says it best, with its message; where it is gone the Job's own condition has the exit code still. A pod that
 * is being removed is waited for until its grace is over, and then given up: it is fenced off by its incarnation. One that cannot
 * begin, or that is not made at all, is the surroundings' fault: exit code 3, with a sentence made from what Kubernetes says.
 *
 * @param pods of the Job: one, or none before it is made and after it is gone
 * @param events of the Job; null where they were not asked
 */
export function endOf(job: Job, pods: readonly Pod[], events: readonly CoreEvent[] | null, now: EpochSeconds): ObservedJobState {
  const pod = pods.find(hasEnded) ?? pods.toSorted(byCreation).at(-1);
  if (pod !== undefined && hasEnded(pod)) return { kind: "ended", end: endOfPod(pod) };
  const end = endByCondition(job);
  if (end !== null) return { kind: "ended", end };
  if (pod === undefined) return stateOfPodlessJob(job, events, now);
  return pod.metadata.deletionTimestamp === undefined ? stateOfWaitingPod(pod, now) : stateOfLeavingPod(pod, now);
}

function byCreation(one: Pod, other: Pod): number {
  return (one.metadata.creationTimestamp ?? "") < (other.metadata.creationTimestamp ?? "") ? -1 : 1;
}

/** Codes that mean the same whoever ended the pod. Of another, a signal's above all, nobody can tell any more why it came. */
const KNOWN: readonly number[] = [PROGRAM_EXIT.spec, PROGRAM_EXIT.surroundings, PROGRAM_EXIT.memory];

/**
 * How a Job ended whose pod is gone with all that it said; null where it has not. "Container worker for pod bgp/again-b3-x7k2f failed with
 * exit code 3 matching FailJob rule at index 1", else it was removed: "Pod … has condition DisruptionTarget matching FailJob rule at
 * index 0", or BackoffLimitExceeded for one that never began.
 */
export function endByCondition({ status }: Job): JobEnd | null {
  const last = status?.conditions?.find(({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True");
  if (last === undefined) return null;
  if (last.type === "Complete") return { ...stopped(), exitCode: PROGRAM_EXIT.done };
  const code = Number(/ failed with exit code (\d+) /.exec(last.message ?? "")?.[1]);
  return KNOWN.includes(code) ? { ...stopped(), exitCode: code, outOfMemory: code === PROGRAM_EXIT.memory } : stopped();
}

/** What the program says by ending is believed whatever else befell its pod. */
const OWN_WORDS: readonly number[] = [PROGRAM_EXIT.done, PROGRAM_EXIT.spec, PROGRAM_EXIT.surroundings, PROGRAM_EXIT.memory];

/** SIGKILL */
const KILLED = 137;

/**
 * SIGTRAP, SIGABRT, SIGSEGV: how V8 ends a process whose heap is exhausted (139 as process 1, seen). What it prints then is lost, because
 * our own message stands where the log would be shown. Nothing of ours has native code that could end like this, so it counts as that.
 */
const ENDED_BY_V8: readonly number[] = [133, 134, 139];

/** Before that the kubelet may have told of the container and not yet of the reason. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** What an ended pod comes to, in the order in which it is asked. */
export function endOfPod(pod: Pod): JobEnd {
  const terminated = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
  if (terminated === undefined) return neverBegan(pod);
  if (terminated.reason === "StartError" || terminated.reason === "ContainerCannotRun") return surroundingsEnd(`The container cannot be started${sentence(terminated.message)}`);
  const { exitCode } = terminated;
  const text = terminated.message ?? "";
  const message = parseProgramMessage(text);
  const end: JobEnd = { exitCode, outOfMemory: false, message, lastLines: message === null ? text : "" };
  if (OWN_WORDS.includes(exitCode)) return { ...end, outOfMemory: exitCode === PROGRAM_EXIT.memory };
  if (terminated.reason === "OOMKilled") return { ...end, outOfMemory: true, message: message === null ? null : atItsLimit(message) };
  if (ENDED_BY_V8.includes(exitCode)) return { ...end, outOfMemory: true };
  if (wasStopped(pod)) return stopped(end);
  if (wasEndedByLiveness(exitCode, message)) return { ...end, exitCode: KILLED, outOfMemory: true };
  return end;
}

/** What it told last may be half a second old, and much less. The kernel, from whose counter of kills the runtime knows it, ends nobody before his limit. */
function atItsLimit(message: ProgramMessage): ProgramMessage {
  return message.program === "batch" ? { ...message, memory: { ...message.memory, anonPeak: message.memory.limit } } : message;
}

/** Deleted, evicted, preempted, beyond its deadline, or its node goes: the kubelet or whoever asked it said so. */
function wasStopped({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined || (status?.reason ?? "") !== "") return true;
  return status?.conditions?.some(({ type, status: holds }) => type === "DisruptionTarget" && holds === "True") === true;
}

/**
 * A signal that nobody says to have sent is the liveness probe's: only that ends a container and leaves its pod in peace. It crawled at
 * its limit. One that lost its batch to another ends with 143 too, and says why.
 */
function wasEndedByLiveness(exitCode: number, message: ProgramMessage | null): boolean {
  return exitCode === KILLED || (exitCode === PROGRAM_EXIT.stopped && message?.problem === undefined);
}

/** Removed before it began, or refused by its node: OutOfcpu, a pressure, a taint. */
function neverBegan(pod: Pod): JobEnd {
  if (pod.metadata.deletionTimestamp !== undefined) return stopped();
  return surroundingsEnd(`The node refuses the pod${sentence(pod.status?.message ?? pod.status?.reason)}`);
}

/** What a registry or a node does not manage for so long is told. */
const WAITING_GRACE_SECONDS = 30;

/** The kubelet has so long after the grace to say that a pod is gone. A node that died says nothing. */
const LATE_SECONDS = 30;

/** Reasons of the kubelet while it makes everything ready. */
const ON_ITS_WAY = ["ContainerCreating", "PodInitializing"];

/** No second try makes these right. */
const FOR_GOOD = ["InvalidImageName", "ErrImageNeverPull"];

const ABOUT_THE_IMAGE = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"];

export const RUNNING: StillOpen = { kind: "open", requeueAfterSeconds: null, askEvents: false, waitsFor: null };

/** A pod that is to go. Beyond its grace it is given up: nothing that it still does is written. */
export function stateOfLeavingPod({ metadata }: Pod, now: EpochSeconds): ObservedJobState {
  const late = secondsSince(metadata.deletionTimestamp, now);
  return late >= LATE_SECONDS ? { kind: "ended", end: stopped() } : { ...RUNNING, requeueAfterSeconds: LATE_SECONDS - late };
}

/** A pod that has not ended: it runs, or waits for something that may never come. */
export function stateOfWaitingPod(pod: Pod, now: EpochSeconds): ObservedJobState {
  const unplaced = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  // A node may be made for it, or get room.
  if (unplaced !== undefined) return { ...RUNNING, waitsFor: `The pod has no node yet${sentence(unplaced.message)}` };
  const container = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const { reason = "", message = "" } = container?.state?.waiting ?? {};
  if (reason === "" || ON_ITS_WAY.includes(reason)) return RUNNING;
  const missing = reason === "CreateContainerConfigError" ? missingObject(message, pod.metadata.namespace ?? "default") : null;
  const problem = missing ?? (ABOUT_THE_IMAGE.includes(reason) ? imageProblem(container!.image, message) : `The container cannot be made${sentence(message || reason)}`);
  const waited = secondsSince(pod.status?.startTime ?? pod.metadata.creationTimestamp, now);
  if (missing !== null || FOR_GOOD.includes(reason) || waited >= WAITING_GRACE_SECONDS) return { kind: "ended", end: surroundingsEnd(problem) };
  return { ...RUNNING, requeueAfterSeconds: WAITING_GRACE_SECONDS - waited, waitsFor: problem };
}

/** 'secret "bgp-db-app" not found', "couldn't find key uri in Secret bgp/bgp-db-app" */
function missingObject(message: string, namespace: string): string | null {
  const [, kind, name] = /^(secret|configmap) "([^"]+)" not found$/.exec(message) ?? [];
  if (kind !== undefined) return `The ${NAMED[kind]!} ${name!} is not there (namespace ${namespace}).`;
  const [, key, where, object] = /^couldn't find key (\S+) in (Secret|ConfigMap) [^/\s]+\/(\S+)$/.exec(message) ?? [];
  return key === undefined ? null : `The ${where!} ${object!} has no key ${key} (namespace ${namespace}).`;
}

const NAMED: Readonly<Record<string, string>> = { secret: "Secret", configmap: "ConfigMap" };

/** The runtime says with each of its layers once more what it was about to do; the last says why it could not. */
const LAYERS = /^(?:Back-off pulling image "[^"]*"(?:: |$)|ErrImagePull: |rpc error: code = \w+ desc = |failed to pull and unpack image "[^"]*": |failed to resolve (?:reference|image) "[^"]*": |failed to do request: )+/;

function imageProblem(image: string, message: string): string {
  return `The image ${image} cannot be pulled${sentence(message.replace(LAYERS, ""))}`;
}

/** Kubernetes needs so long at the most to make a pod if nothing is in its way. */
const PODLESS_GRACE_SECONDS = 10;

/** Its controller may be away; then there is nothing to be read either. */
const ASK_EVERY_SECONDS = 30;

/** A Job that has not ended and has no pod. Only its events say what keeps it from getting one. */
export function stateOfPodlessJob(job: Job, events: readonly CoreEvent[] | null, now: EpochSeconds): ObservedJobState {
  if (job.spec?.suspend === true) return { ...RUNNING, waitsFor: "The Job is suspended, and not by sluice." };
  const waited = secondsSince(job.metadata.creationTimestamp, now);
  if (waited < PODLESS_GRACE_SECONDS) return { ...RUNNING, requeueAfterSeconds: PODLESS_GRACE_SECONDS - waited };
  if (events === null) return { ...RUNNING, askEvents: true };
  const last = events.filter(({ reason }) => reason === "FailedCreate" || reason === "SuccessfulCreate").toSorted(byTime).at(-1);
  if (last?.reason === "FailedCreate") return { kind: "ended", end: surroundingsEnd(refusal(last.message ?? "")) };
  return { ...RUNNING, requeueAfterSeconds: ASK_EVERY_SECONDS };
}

function byTime(one: CoreEvent, other: CoreEvent): number {
  return timeOf(one) < timeOf(other) ? -1 : 1;
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreEvent): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** 'Error creating: pods "again-b3-x7k2f" is forbidden: exceeded quota: small, requested: …': without the pod's name, which is another at each try. */
function refusal(message: string): string {
  const why = message.replace(/^Error creating: /, "").replace(/^(?:Pod|pods) "[^"]*" is (?:forbidden|invalid): /, "");
  if (why.startsWith("exceeded quota") || why.startsWith("failed quota")) return `The namespace's quota refuses the pod${sentence(why)}`;
  if (why.startsWith("violates PodSecurity")) return `The namespace's Pod Security Standard refuses the pod${sentence(why)}`;
  return `Kubernetes refuses the pod${sentence(why)}`;
}

/** What Kubernetes stopped counts as asked to stop: the next pass takes up the rest. */
export function stopped(end: JobEnd = { exitCode: null, outOfMemory: false, message: null, lastLines: "" }): JobEnd {
  return { ...end, exitCode: PROGRAM_EXIT.stopped };
}

/** What kept a pod from running, as if the program had found it. */
export function surroundingsEnd(problem: string): JobEnd {
  return { exitCode: PROGRAM_EXIT.surroundings, outOfMemory: false, message: null, lastLines: problem };
}

/** The end of a sentence: ": what Kubernetes says.", or "." where it says nothing. */
export function sentence(said: string | undefined): string {
  const text = (said ?? "").trim().replace(/\.$/, "");
  return text === "" ? "." : `: ${text}.`;
}

/** Seconds since a moment that the API server wrote; 0 where it did not. */
export function secondsSince(moment: string | undefined, now: number): number {
  return moment === undefined ? 0 : now - Date.parse(moment) / 1000;
}
