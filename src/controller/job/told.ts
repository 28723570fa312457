import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { JobEnd } from "../../model/sweep.ts";

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
