import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { SWEEP_LABEL } from "../controller/job/job.ts";
import { ApiError, isNotFound } from "../kube/api-error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Pod } from "../kube/object.ts";

/** Longer ones are cut: a line that never ends must not be held. */
const LONGEST_LINE = 64 * 1024;

/** "b12" or "p1-1-1": the end of its Job's name says what a pod is for. */
export function workOf({ metadata }: Pod): string {
  const job = metadata.labels?.["batch.kubernetes.io/job-name"] ?? metadata.name;
  return /-([bp][0-9]+(?:-[0-9]+-[0-9]+)?)$/.exec(job)?.[1] ?? job;
}

/** Prepares as they came and batches by their number: by when they were made, and then by name. */
export function inOrder(pods: readonly Pod[]): Pod[] {
  const key = ({ metadata }: Pod): string => metadata.creationTimestamp ?? "";
  return pods.toSorted((one, other) => key(one).localeCompare(key(other)) || workOf(one).localeCompare(workOf(other), "en", { numeric: true }));
}

export function selectorOf(sweep: string): string {
  return `${SWEEP_LABEL}=${sweep}`;
}

/** Its container has begun, so there is a log. */
export function hasLog({ status }: Pod): boolean {
  return status?.containerStatuses?.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined) ?? false;
}

/** Hands over each line that a pod's container wrote, until it ends. A pod that is gone meanwhile has said what it said. */
export async function readLog(client: KubeClient, pod: Pod, follow: boolean, signal: AbortSignal, line: (text: string) => void): Promise<void> {
  const { name, namespace } = pod.metadata;
  try {
    const body = await client.logs(namespace === undefined ? { name } : { name, namespace }, { follow }, signal);
    await eachLine(body, line);
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error) || isNotThereYet(error)) return;
    throw error;
  }
}

/** The server's words where a container waits to be started, or was removed with its pod. */
function isNotThereYet(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400;
}

/** Like kube/lines.ts, but for people: what is too long is cut, and what has no end is told all the same. */
async function eachLine(body: Readable, line: (text: string) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let held = "";
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const parts = `${held}${decoder.write(chunk)}`.split("\n");
    held = parts.pop()!.slice(0, LONGEST_LINE);
    for (const part of parts) line(part.slice(0, LONGEST_LINE));
  }
  if (held !== "") line(held);
}
