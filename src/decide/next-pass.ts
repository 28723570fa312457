import type { BlockedReason, FlowSpec, SweepStatus } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import { secondsBeforePass, secondsBeforeTry } from "./back-off.ts";
import type { Step } from "./decision.ts";
import { block } from "./ending.ts";

/** The next pass is due: at once if this one promises something, else after a wait that grows with each pass that settled nothing. */
export function nextPass(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): { status: SweepStatus; wait: number } {
  const fruitless = status.settled > 0 || status.outOfMemory.length > 0 ? 0 : status.fruitless + 1;
  // After the last pass prepare only gives the verdict: nothing is asked that a wait would help.
  const wait = status.pass >= flow.passes ? 0 : secondsBeforePass(fruitless);
  return { status: { ...status, fruitless, preparing: { pass: status.pass + 1, round: 1, attempt: 1, notBefore: now + wait } }, wait };
}

/**
 * Nothing more of this round is launched. Once prepare works, the pass is packed anew under a new round: no pass is spent.
 * One exception, or a target that crashes every process would keep a sweep going for ever: a round that only crashed and settled
 * nothing spends its pass.
 */
export function blockRound(status: SweepStatus, reason: BlockedReason, sentence: string, flow: FlowSpec, now: EpochSeconds): Step {
  // A prepare is due already: those that were still running when the sweep was Blocked add nothing.
  if (status.preparing !== undefined) return { status, events: [] };
  const blocked = block(status, reason, sentence, now);
  const notBefore = now + secondsBeforeTry(blocked.status.blocked?.tries ?? 1);
  if (reason === "Crashing" && status.settled === 0) {
    const { status: next } = nextPass(blocked.status, flow, now);
    const preparing = { pass: status.pass + 1, round: 1, attempt: 1, notBefore: Math.max(notBefore, next.preparing?.notBefore ?? now) };
    return { status: { ...next, preparing }, events: blocked.events };
  }
  return { status: { ...blocked.status, preparing: { pass: status.pass, round: status.round + 1, attempt: 1, notBefore } }, events: blocked.events };
}
