import type { CanarySpec } from "../../model/resolved.ts";
import type { ErrorCode } from "../../model/result.ts";
import type { TargetState } from "../../model/states.ts";

/** The largest of the last complete window that stand in for canaries where the spec names none. */
const STAND_INS = 3;

/** Targets that are never quiet: the spec's, or else the largest of the dataset's last complete window (largest first). */
export function canaryTargets(spec: CanarySpec, largestOfLastTime: readonly string[]): readonly string[] {
  return spec.targets.length > 0 ? spec.targets : largestOfLastTime.slice(0, STAND_INS);
}

/**
 * good: the host has data, so an empty answer since then is one · ill: it answers and has none, so no empty answer since the last good
 * canary is to be believed · unknown: it could not be asked, which says nothing about its data · useless: the provider refuses the question.
 */
export type CanaryMeaning = "good" | "ill" | "unknown" | "useless";

/** No answer was had at all; whoever asked a target then had none either. */
const NOT_ASKED: readonly ErrorCode[] = ["timeout", "connect", "reset", "encoding", "throttled", "memory", "redirect"];

/** What a canary's own result says about its host. */
export function canaryMeans({ state, error }: { readonly state: TargetState; readonly error: ErrorCode | null }): CanaryMeaning {
  switch (state) {
    case "ok":
      return "good";
    // It held updates, if another number than it declared: the data is there.
    case "mismatch":
      return "good";
    case "empty":
    case "suspect":
      return "ill";
    // The provider refuses the question itself: such a target is no canary.
    case "rejected":
      return "useless";
    case "failed":
      return error !== null && NOT_ASKED.includes(error) ? "unknown" : "ill";
  }
}
