import type { ErrorCode } from "../model/result.ts";
import { STATES, type StateOrMissing } from "../model/states.ts";
import type { SweepPhase } from "../model/sweep.ts";

/** The values of labels. Any other value, which a worker of another version may report, is summed up as OTHER, so labels stay bounded. */
export const OTHER = "other";

/** How a request ended: answered, aborted by us, or with a trouble of fetch/retry.ts. */
export const REQUEST_OUTCOMES = [
  "answered",
  "aborted",
  "throttled",
  "server",
  "wrong-question",
  "no-data",
  "refused",
  "timeout",
  "out-of-time",
  "connect",
  "reset-before-body",
  "reset-in-body",
  "protocol",
  "encoding",
  "redirect",
  "maintenance",
  "error-body",
  "continuation",
  "unprovable",
] as const;

/** Troubles after which a request is sent again within its pass. */
export const RETRY_REASONS = ["throttled", "server", "connect", "reset-before-body"] as const;

/** Why a host was paused. */
export const PAUSE_CAUSES = ["throttled", "illness"] as const;

export const BATCH_OUTCOMES = ["done", "stopped", "out-of-memory", "crashed", "halted"] as const;

/** Reasons of a Sweep's condition Blocked, or of Accepted where the Sweep was refused. */
export const BLOCKED_REASONS = ["Surroundings", "Crashing", "JobNameTaken", "JobRefused", "Invalid", "CronSweepNotFound", "NotAskable"] as const;

export const STATES_OF_ANSWERS = STATES.filter((state) => state !== "missing");

export const STATES_OF_TARGETS: readonly StateOrMissing[] = STATES;

export const WINDOW_STATES = ["complete", "usable", "incomplete"] as const;

export const NEWEST_WINDOW_STATES = [...WINDOW_STATES, "running", "due"] as const;

/** Objects, so that the compiler finds a missing value. */
const PHASE: Readonly<Record<SweepPhase, true>> = { Pending: true, Invalid: true, Preparing: true, Running: true, Suspended: true, Blocked: true, Complete: true, Usable: true, Incomplete: true, Failed: true };

const CODE: Readonly<Record<ErrorCode, true>> = {
  memory: true,
  timeout: true,
  connect: true,
  reset: true,
  protocol: true,
  encoding: true,
  throttled: true,
  server: true,
  maintenance: true,
  refused: true,
  redirect: true,
  "error-body": true,
  "declared-wrong": true,
  "declared-absent": true,
  "declared-ambiguous": true,
  "seam-split": true,
  "other-target": true,
  "range-unclear": true,
  "outside-range": true,
  "empty-unproven": true,
  "ends-early": true,
  "quiet-host": true,
  continuation: true,
  "holds-less": true,
  types: true,
  "unreadable-time": true,
};

export const PHASES = Object.keys(PHASE);

export const ERROR_CODES = Object.keys(CODE);
