import type { PrepareTask } from "../../model/tasks.ts";

/** All annotations of a pod may have 256 KiB together. */
const LONGEST_KIB = 200;

/** Why prepare cannot be given its task: one sentence for a person, or null. */
export function taskProblem(task: PrepareTask): string | null {
  const kibibytes = Math.ceil(Buffer.byteLength(JSON.stringify(task)) / 1024);
  if (kibibytes <= LONGEST_KIB) return null;
  return `The spec has ${kibibytes} KiB with its list of targets, and ${LONGEST_KIB} KiB are the most that a pod can be given: put the list into a ConfigMap (targets.configMap).`;
}
