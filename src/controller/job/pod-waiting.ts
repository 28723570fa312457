import type { Pod } from "../../kube/resource.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { JobSight, StillOpen } from "./end.ts";
import { CONTAINER } from "./pod.ts";
import { secondsSince, sentence, stopped, surroundingsEnd } from "./told.ts";

/** What a registry or a node does not manage for so long is told. */
const PATIENCE_SECONDS = 30;

/** The kubelet has so long after the grace to say that a pod is gone. A node that died says nothing. */
const LATE_SECONDS = 30;

/** Reasons of the kubelet while it makes everything ready. */
const ON_ITS_WAY = ["ContainerCreating", "PodInitializing"];

/** No second try makes these right. */
const FOR_GOOD = ["InvalidImageName", "ErrImageNeverPull"];

const ABOUT_THE_IMAGE = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"];

export const RUNNING: StillOpen = { kind: "open", again: null, askEvents: false, waitsFor: null };

/** A pod that is to go. Beyond its grace it is given up: nothing that it still does is written. */
export function lookAtLeaving({ metadata }: Pod, now: EpochSeconds): JobSight {
  const late = secondsSince(metadata.deletionTimestamp, now);
  return late >= LATE_SECONDS ? { kind: "ended", end: stopped() } : { ...RUNNING, again: LATE_SECONDS - late };
}

/** A pod that has not ended: it runs, or waits for something that may never come. */
export function lookAtWaiting(pod: Pod, now: EpochSeconds): JobSight {
  const unplaced = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  // A node may be made for it, or get room.
  if (unplaced !== undefined) return { ...RUNNING, waitsFor: `The pod has no node yet${sentence(unplaced.message)}` };
  const container = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const { reason = "", message = "" } = container?.state?.waiting ?? {};
  if (reason === "" || ON_ITS_WAY.includes(reason)) return RUNNING;
  const missing = reason === "CreateContainerConfigError" ? missingObject(message, pod.metadata.namespace ?? "default") : null;
  const problem = missing ?? (ABOUT_THE_IMAGE.includes(reason) ? imageProblem(container!.image, message) : `The container cannot be made${sentence(message || reason)}`);
  const waited = secondsSince(pod.status?.startTime ?? pod.metadata.creationTimestamp, now);
  if (missing !== null || FOR_GOOD.includes(reason) || waited >= PATIENCE_SECONDS) return { kind: "ended", end: surroundingsEnd(problem) };
  return { ...RUNNING, again: PATIENCE_SECONDS - waited, waitsFor: problem };
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
