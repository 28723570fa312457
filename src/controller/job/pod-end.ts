import { parseProgramMessage } from "../../decide/program-message.ts";
import type { Pod } from "../../kube/resource.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { ProgramMessage } from "../../model/message.ts";
import type { JobEnd } from "../../model/sweep.ts";
import { CONTAINER } from "./pod.ts";
import { sentence, stopped, surroundingsEnd } from "./told.ts";

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
