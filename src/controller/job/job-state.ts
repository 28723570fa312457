import { parseProgramMessage } from "../../decide/sweep/program-message.ts";
import type { CoreEvent, Job, Pod } from "../../kube/object.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { ProgramMessage } from "../../model/message.ts";
import type { JobEnd } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { CONTAINER } from "./job.ts";

export type JobState = FinishedJob | OpenJob;

interface FinishedJob {
  readonly kind: "finished";
  readonly end: JobEnd;
}

interface OpenJob {
  readonly kind: "open";
  /** Seconds after which time alone may change the state; null: the watch will bring any change. */
  readonly requeueAfterSeconds: number | null;
  /** It has no pod, and only its events say why: list them (involvedObject.uid) and call again. */
  readonly needsEvents: boolean;
  /** Why its pod does not start, in a sentence; null where it runs or is about to. */
  readonly waitsFor: string | null;
}

/**
 * Whether a Job of a sweep has finished, and how. Reads only metadata, status and `spec.suspend` of the objects.
 *
 * In this order: a finished pod has the exit code and the message. Without one, the Job's own condition still has the exit code. A pod
 * that is being deleted is waited for until its grace is over, and then given up; its incarnation fences it off. A pod that cannot start,
 * or is never created, is a problem of the environment: exit code 3, with a sentence made from what Kubernetes says.
 *
 * @param pods of the Job: one, or none before it is created and after it is gone
 * @param events of the Job; null where they were not read
 */
export function jobState(job: Job, pods: readonly Pod[], events: readonly CoreEvent[] | null, now: EpochSeconds): JobState {
  const pod = pods.find(isFinishedPod) ?? pods.toSorted(byCreation).at(-1);
  if (pod !== undefined && isFinishedPod(pod)) return finished(endOfPod(pod));
  const end = endByCondition(job);
  if (end !== null) return finished(end);
  if (pod === undefined) return stateWithoutPod(job, events, now);
  return pod.metadata.deletionTimestamp === undefined ? stateOfOpenPod(pod, now) : stateOfLeavingPod(pod, now);
}

/**
 * By the phase, or already by the container: the phase follows about a second later. Only an exit code of the program's own with its
 * message is enough for that. For any other code the reason, such as an eviction, may not be reported yet.
 */
export function isFinishedPod(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  return phase === "Succeeded" || phase === "Failed" || hasReported(pod);
}

function hasReported(pod: Pod): boolean {
  const terminated = terminationOf(pod);
  return terminated !== undefined && PROGRAM_CODES.includes(terminated.exitCode) && parseProgramMessage(terminated.message ?? "") !== null;
}

function terminationOf({ status }: Pod) {
  return status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
}

function byCreation(one: Pod, other: Pod): number {
  return (one.metadata.creationTimestamp ?? "") < (other.metadata.creationTimestamp ?? "") ? -1 : 1;
}

function finished(end: JobEnd): JobState {
  return { kind: "finished", end };
}

/** Exit codes that only the program itself gives: they count whatever else happened to its pod. */
const PROGRAM_CODES: readonly number[] = [PROGRAM_EXIT.done, PROGRAM_EXIT.spec, PROGRAM_EXIT.surroundings, PROGRAM_EXIT.memory];

/** SIGKILL */
const KILLED = 137;

/**
 * SIGTRAP, SIGABRT, SIGSEGV: how V8 ends a process whose heap is exhausted (observed: 139 as process 1). Its output is lost, because our
 * termination message takes the place of the log. Sluice has no native code that could end like this, so these count as out of memory.
 */
const V8_OUT_OF_MEMORY: readonly number[] = [133, 134, 139];

/** The checks stand in the order of their trust: the program's own code, the kernel, V8, Kubernetes, and last the liveness probe. */
function endOfPod(pod: Pod): JobEnd {
  const terminated = terminationOf(pod);
  if (terminated === undefined) return endWithoutContainer(pod);
  if (terminated.reason === "StartError" || terminated.reason === "ContainerCannotRun") return environmentProblem(`The container cannot be started${because(terminated.message)}`);
  const { exitCode } = terminated;
  const text = terminated.message ?? "";
  const message = parseProgramMessage(text);
  const end: JobEnd = { exitCode, outOfMemory: false, message, lastLines: message === null ? text : "" };
  if (PROGRAM_CODES.includes(exitCode)) return { ...end, outOfMemory: exitCode === PROGRAM_EXIT.memory };
  if (terminated.reason === "OOMKilled") return { ...end, outOfMemory: true, message: message === null ? null : withPeakAtLimit(message) };
  if (V8_OUT_OF_MEMORY.includes(exitCode)) return { ...end, outOfMemory: true };
  if (wasStopped(pod)) return stopped(end);
  if (wasEndedByLiveness(exitCode, message)) return { ...end, exitCode: KILLED, outOfMemory: true, stoodStill: true };
  return end;
}

/** Deleted before its container started, or refused by the kubelet of its node: OutOfcpu, a pressure, a taint. */
function endWithoutContainer(pod: Pod): JobEnd {
  if (pod.metadata.deletionTimestamp !== undefined) return stopped();
  return environmentProblem(`The node refuses the pod${because(pod.status?.message ?? pod.status?.reason)}`);
}

/** The peak in the last message may be half a second old and far too small. The kernel kills nobody below the limit. */
function withPeakAtLimit(message: ProgramMessage): ProgramMessage {
  return message.program === "batch" ? { ...message, memory: { ...message.memory, anonPeak: message.memory.limit } } : message;
}

/** Kubernetes says that it ended the pod: deleted, evicted, preempted, past its deadline, or its node is going. */
function wasStopped({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined || (status?.reason ?? "") !== "") return true;
  return status?.conditions?.some(({ type, status: holds }) => type === "DisruptionTarget" && holds === "True") === true;
}

/**
 * Only the liveness probe ends a container without a trace on its pod. The process crawled at its memory limit. One that lost its batch
 * to another process exits with 143 too, and gives the reason in its message.
 */
function wasEndedByLiveness(exitCode: number, message: ProgramMessage | null): boolean {
  return exitCode === KILLED || (exitCode === PROGRAM_EXIT.stopped && message?.problem === undefined);
}

/** Codes with one meaning even without the pod. Of a signal's code nobody knows any more who sent it. */
const CLEAR_CODES: readonly number[] = [PROGRAM_EXIT.spec, PROGRAM_EXIT.surroundings, PROGRAM_EXIT.memory];

/**
 * How a Job finished whose pod is gone with its message; null where it has not finished. The code is in the condition's text: "Container
 * worker for pod bgp/again-b3-x7k2f failed with exit code 3 matching FailJob rule at index 1". Without a code the pod was deleted: "Pod …
 * has condition DisruptionTarget matching FailJob rule at index 0", or BackoffLimitExceeded for one that never started.
 */
function endByCondition({ status }: Job): JobEnd | null {
  const last = status?.conditions?.find(({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True");
  if (last === undefined) return null;
  if (last.type === "Complete") return { ...stopped(), exitCode: PROGRAM_EXIT.done };
  const code = Number(/ failed with exit code (\d+) /.exec(last.message ?? "")?.[1]);
  return CLEAR_CODES.includes(code) ? { ...stopped(), exitCode: code, outOfMemory: code === PROGRAM_EXIT.memory } : stopped();
}

const RUNNING: OpenJob = { kind: "open", requeueAfterSeconds: null, needsEvents: false, waitsFor: null };

/** Kubernetes needs at most this long to create a pod that nothing prevents. */
const POD_GRACE_SECONDS = 10;

/** How often the events are read where they say nothing: the Job controller may be away. */
const EVENTS_EVERY_SECONDS = 30;

/** Only the events say why a Job has no pod. */
function stateWithoutPod(job: Job, events: readonly CoreEvent[] | null, now: EpochSeconds): JobState {
  if (job.spec?.suspend === true) return { ...RUNNING, waitsFor: "The Job was suspended by something other than Sluice." };
  const waited = secondsSince(job.metadata.creationTimestamp, now);
  if (waited < POD_GRACE_SECONDS) return { ...RUNNING, requeueAfterSeconds: POD_GRACE_SECONDS - waited };
  if (events === null) return { ...RUNNING, needsEvents: true };
  const last = events.filter(({ reason }) => reason === "FailedCreate" || reason === "SuccessfulCreate").toSorted(byTime).at(-1);
  if (last?.reason === "FailedCreate") return finished(environmentProblem(refusalSentence(last.message ?? "")));
  return { ...RUNNING, requeueAfterSeconds: EVENTS_EVERY_SECONDS };
}

function byTime(one: CoreEvent, other: CoreEvent): number {
  return timeOf(one) < timeOf(other) ? -1 : 1;
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreEvent): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** From 'Error creating: pods "again-b3-x7k2f" is forbidden: exceeded quota: small, requested: …', without the pod's name, which differs at each try. */
function refusalSentence(message: string): string {
  const why = message.replace(/^Error creating: /, "").replace(/^(?:Pod|pods) "[^"]*" is (?:forbidden|invalid): /, "");
  if (why.startsWith("exceeded quota") || why.startsWith("failed quota")) return `The namespace's quota refuses the pod${because(why)}`;
  if (why.startsWith("violates PodSecurity")) return `The namespace's Pod Security Standard refuses the pod${because(why)}`;
  return `Kubernetes refuses the pod${because(why)}`;
}

/** A registry or a node may need this long before its problem counts. */
const START_GRACE_SECONDS = 30;

/** Reasons of the kubelet while it prepares the container. */
const PREPARING = ["ContainerCreating", "PodInitializing"];

/** Reasons that no second try makes right. */
const PERMANENT = ["InvalidImageName", "ErrImageNeverPull"];

const ABOUT_THE_IMAGE = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"];

/** A pod that runs, or waits for something that may never come. */
function stateOfOpenPod(pod: Pod, now: EpochSeconds): JobState {
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  // Without a limit of time: a node may be added, or get room.
  if (unscheduled !== undefined) return { ...RUNNING, waitsFor: `The pod has no node yet${because(unscheduled.message)}` };
  const container = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const { reason = "", message = "" } = container?.state?.waiting ?? {};
  if (reason === "" || PREPARING.includes(reason)) return RUNNING;
  const missing = reason === "CreateContainerConfigError" ? missingObject(message, pod.metadata.namespace ?? "default") : null;
  const problem = missing ?? (ABOUT_THE_IMAGE.includes(reason) ? imageProblem(container!.image, message) : `The container cannot be created${because(message || reason)}`);
  const waited = secondsSince(pod.status?.startTime ?? pod.metadata.creationTimestamp, now);
  if (missing !== null || PERMANENT.includes(reason) || waited >= START_GRACE_SECONDS) return finished(environmentProblem(problem));
  return { ...RUNNING, requeueAfterSeconds: START_GRACE_SECONDS - waited, waitsFor: problem };
}

/** From 'secret "bgp-db-app" not found' or "couldn't find key uri in Secret bgp/bgp-db-app". */
function missingObject(message: string, namespace: string): string | null {
  const [, kind, name] = /^(secret|configmap) "([^"]+)" not found$/.exec(message) ?? [];
  if (kind !== undefined) return `The ${KIND_NAMES[kind]!} ${name!} does not exist in the namespace ${namespace}.`;
  const [, key, where, object] = /^couldn't find key (\S+) in (Secret|ConfigMap) [^/\s]+\/(\S+)$/.exec(message) ?? [];
  return key === undefined ? null : `The ${where!} ${object!} in the namespace ${namespace} has no key ${key}.`;
}

const KIND_NAMES: Readonly<Record<string, string>> = { secret: "Secret", configmap: "ConfigMap" };

/** What each layer of the container runtime puts before the cause. */
const RUNTIME_LAYERS = /^(?:Back-off pulling image "[^"]*"(?:: |$)|ErrImagePull: |rpc error: code = \w+ desc = |failed to pull and unpack image "[^"]*": |failed to resolve (?:reference|image) "[^"]*": |failed to do request: )+/;

function imageProblem(image: string, message: string): string {
  return `The image ${image} cannot be pulled${because(message.replace(RUNTIME_LAYERS, ""))}`;
}

/** How long after its grace a pod that is being deleted is given up. The kubelet of a dead node never says that it is gone. */
const LEAVING_SECONDS = 30;

/** Once given up, the pod may still run: nothing that it does is written. */
function stateOfLeavingPod({ metadata }: Pod, now: EpochSeconds): JobState {
  const late = secondsSince(metadata.deletionTimestamp, now);
  return late >= LEAVING_SECONDS ? finished(stopped()) : { ...RUNNING, requeueAfterSeconds: LEAVING_SECONDS - late };
}

/** What Kubernetes stopped counts as asked to stop: the next pass does the rest. */
function stopped(end: JobEnd = { exitCode: null, outOfMemory: false, message: null, lastLines: "" }): JobEnd {
  return { ...end, exitCode: PROGRAM_EXIT.stopped };
}

/** As if the program itself had found the problem. */
function environmentProblem(problem: string): JobEnd {
  return { exitCode: PROGRAM_EXIT.surroundings, outOfMemory: false, message: null, lastLines: problem };
}

/** Ends a sentence: ": what Kubernetes says.", or "." where it says nothing. */
function because(said: string | undefined): string {
  const text = (said ?? "").trim().replace(/\.$/, "");
  return text === "" ? "." : `: ${text}.`;
}

/** Seconds since a moment that the API server wrote; 0 where it wrote none. */
function secondsSince(moment: string | undefined, now: EpochSeconds): number {
  return moment === undefined ? 0 : now - Date.parse(moment) / 1000;
}
