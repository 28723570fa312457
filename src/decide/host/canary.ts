import type { CanarySpec } from "../../model/resolved.ts";
import type { ErrorCode } from "../../model/result.ts";
import type { TargetState } from "../../model/states.ts";

/** How many of the largest targets of the last complete window are canaries if the spec names none. */
const MOST_DEFAULT_CANARIES = 3;

/** Targets that always have updates: those of the spec, or else the largest of the dataset's last complete window. @param largestOfLastTime largest first */
export function canaryTargets(spec: CanarySpec, largestOfLastTime: readonly string[]): readonly string[] {
  return spec.targets.length > 0 ? spec.targets : largestOfLastTime.slice(0, MOST_DEFAULT_CANARIES);
}

/**
 * - good: the host has data, so empty answers are true
 * - bad: the host answers without data, so no empty answer since the last good canary can be trusted
 * - unknown: the host could not be asked, which says nothing about its data
 * - useless: the provider refuses the request for this target
 */
export type CanaryMeaning = "good" | "bad" | "unknown" | "useless";

/** Errors without any answer. Other targets had no answer at that time either, so there is no empty answer to distrust. */
const NOT_ASKED: readonly ErrorCode[] = ["timeout", "connect", "reset", "protocol", "encoding", "throttled", "memory", "redirect"];

/** What the result of a canary says about its host. */
export function canaryMeans({ state, error }: { readonly state: TargetState; readonly error: ErrorCode | null }): CanaryMeaning {
  switch (state) {
    case "ok":
      return "good";
    // It had updates, although not as many as it declared: the data is there.
    case "mismatch":
      return "good";
    case "empty":
    case "suspect":
      return "bad";
    // The provider refuses the target itself, so it cannot serve as a canary.
    case "rejected":
      return "useless";
    case "failed":
      return error !== null && NOT_ASKED.includes(error) ? "unknown" : "bad";
  }
}
