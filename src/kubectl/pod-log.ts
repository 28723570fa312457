import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { SWEEP_LABEL } from "../controller/job/job.ts";
import { ApiError, isNotFound } from "../kube/api-error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Pod } from "../kube/object.ts";

/** Longer lines are cut, so that a line without an end does not fill the memory. */
const LONGEST_LINE = 64 * 1024;

/** What a pod is for, by the end of its Job's name: "b12" is batch 12, "p2-1-1" a prepare of pass 2. */
export function labelOf({ metadata }: Pod): string {
  const job = metadata.labels?.["batch.kubernetes.io/job-name"] ?? metadata.name;
  return /-([bp][0-9]+(?:-[0-9]+-[0-9]+)?)$/.exec(job)?.[1] ?? job;
}

/** Sorts by creation time, and pods created in the same second by their label. */
export function inOrder(pods: readonly Pod[]): Pod[] {
  const key = ({ metadata }: Pod): string => metadata.creationTimestamp ?? "";
  return pods.toSorted((one, other) => key(one).localeCompare(key(other)) || labelOf(one).localeCompare(labelOf(other), "en", { numeric: true }));
}

export function selectorOf(sweep: string): string {
  return `${SWEEP_LABEL}=${sweep}`;
}

/** Its container has started, so it has a log. */
export function hasLog({ status }: Pod): boolean {
  return status?.containerStatuses?.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined) ?? false;
}

/** Calls `line` for each line of a pod's log, until the log ends. A pod deleted in the meantime is no error. */
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

/** The server answers 400 while a container waits to start, or if it was removed with its pod. */
function isNotThereYet(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400;
}

/** Unlike the lines of a watch, a line that is too long is cut rather than refused, and a last line without a line break counts. */
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
