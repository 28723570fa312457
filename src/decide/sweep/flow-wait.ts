import { counted } from "../../model/figures.ts";
import { isFinished, type SweepStatus } from "../../model/sweep.ts";
import type { Wait } from "../../model/wait.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { causeText } from "./causes.ts";
import { secondsBeforePass, secondsBeforeTry } from "./ending.ts";

/** What a sweep itself waits for: a next pass, or what blocks it. Null while it works, or has finished. What its batches wait for is in their messages. */
export function flowWait(status: SweepStatus, now: EpochSeconds): Wait | null {
  const { phase, preparing, blocked } = status;
  if (isFinished(phase) || phase === "Suspended" || preparing === undefined) return null;
  const isDue = preparing.notBefore <= now;
  if (blocked !== undefined) {
    return { for: "blocked", what: `blocked, after ${counted(blocked.tries, "attempt", "attempts")}`, since: blocked.since, until: isDue ? null : preparing.notBefore, error: withoutStop(blocked.message) };
  }
  if (isDue) return null;
  if (preparing.attempt > 1) {
    const since = preparing.notBefore - secondsBeforeTry(preparing.attempt - 1);
    return { for: "blocked", what: `prepare ended without a result and is tried again, attempt ${preparing.attempt}`, since, until: preparing.notBefore, error: null };
  }
  const [cause] = status.causes ?? [];
  return {
    for: "pass",
    what: `pass ${preparing.pass} has not started, because pass ${status.pass} settled nothing`,
    since: preparing.notBefore - secondsBeforePass(status.fruitless),
    until: preparing.notBefore,
    error: cause === undefined ? null : causeText(cause),
  };
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
