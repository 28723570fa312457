import { createHash } from "node:crypto";
import type { JobWork } from "../../model/sweep.ts";

/** A Job's name is a label of its pods, too. */
const LONGEST = 63;

/**
 * The name of a sweep's Job: a function of what it is for, so that making one twice is a conflict and not a second one.
 * "again-b12" or "again-p2-1-3": pass, round and attempt. A sweep's name that leaves no room, which takes one that was
 * Blocked for months, is cut and told apart by its hash.
 */
export function jobName(sweep: string, work: JobWork): string {
  const end = work.program === "batch" ? `-b${work.batch}` : `-p${work.pass}-${work.round}-${work.attempt}`;
  if (sweep.length + end.length <= LONGEST) return `${sweep}${end}`;
  const hash = createHash("sha256").update(sweep).digest("hex").slice(0, 8);
  return `${sweep.slice(0, LONGEST - end.length - hash.length - 1)}-${hash}${end}`;
}
