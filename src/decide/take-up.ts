import type { SweepStatus } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import { unblocked } from "./ending.ts";

/**
 * A sweep as somebody takes it up who was told to run it: what it waited for may be right by now, so that is tried at once, and how long
 * it has been Blocked counts from here.
 */
export function takenUp(status: SweepStatus, now: EpochSeconds): SweepStatus {
  const { preparing } = status;
  if (preparing === undefined) return status;
  return { ...unblocked(status), phase: "Preparing", preparing: { ...preparing, notBefore: Math.min(preparing.notBefore, now) } };
}
