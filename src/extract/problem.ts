import type { ErrorCode } from "../model/result.ts";

/** Why an answer cannot be settled: a stable code, and a sentence for a person. */
export interface Problem {
  readonly error: ErrorCode;
  readonly detail: string;
}

const LONGEST_DETAIL = 300;

export function problem(error: ErrorCode, detail: string): Problem {
  return { error, detail: detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL - 1)}…` : detail };
}
