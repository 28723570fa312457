import type { Job } from "../../kube/resource.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { JobEnd } from "../../model/sweep.ts";
import { stopped } from "./told.ts";

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
