import type { ErrorCode } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";

/** What an answer that was read to its end can be wrong in, and the state that it is given for it. */
export const STATE_OF = {
  maintenance: "failed",
  "error-body": "failed",
  types: "failed",
  "unreadable-time": "failed",
  continuation: "failed",
  "declared-wrong": "mismatch",
  "declared-absent": "mismatch",
  "declared-ambiguous": "mismatch",
  "seam-split": "mismatch",
  "other-target": "suspect",
  "range-unclear": "suspect",
  "outside-range": "suspect",
  "ends-early": "suspect",
  "empty-unproven": "suspect",
} as const satisfies Partial<Record<ErrorCode, TargetState>>;

/** Why an answer cannot be settled: a stable code, and a sentence for a person. */
export interface Problem {
  readonly error: keyof typeof STATE_OF;
  readonly detail: string;
}

const LONGEST_DETAIL = 300;

export function problem(error: Problem["error"], detail: string): Problem {
  return { error, detail: detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL - 1)}…` : detail };
}
