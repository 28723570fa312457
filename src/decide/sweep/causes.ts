import { counted } from "../../model/figures.ts";
import type { Cause } from "../../model/message.ts";

/** More would hide the largest. */
export const MOST_CAUSES = 5;

/**
 * The causes after a batch has ended. In the first pass its targets were asked for the first time; later ones are known from the last
 * prepare, so that only the example is newer. Each prepare counts anew.
 */
export function withCauses(known: readonly Cause[], met: readonly Cause[], isFirstPass: boolean): readonly Cause[] {
  const merged = new Map(known.map((cause) => [cause.code, cause]));
  for (const cause of met) {
    const before = merged.get(cause.code);
    const latest = before === undefined || before.at <= cause.at ? cause : before;
    merged.set(cause.code, { ...latest, targets: before === undefined ? cause.targets : isFirstPass ? before.targets + cause.targets : before.targets });
  }
  return [...merged.values()].sort(byTargets).slice(0, MOST_CAUSES);
}

function byTargets(one: Cause, other: Cause): number {
  return other.targets - one.targets || (one.code < other.code ? -1 : 1);
}

/** "111 × declared-wrong, e.g. web-011: the answer declares 388 matches; 100 were found" */
export function causeText({ code, targets, example, detail }: Cause): string {
  if (code === "missing") return `${counted(targets, "target was", "targets were")} never asked, e.g. ${example}`;
  const why = detail.replace(/\.$/, "");
  return `${targets} × ${code}, e.g. ${example}${why === "" ? "" : `: ${why}`}`;
}

/** " 111 × declared-wrong, e.g. …; 2 × timeout, e.g. …", to follow another sentence; "" without causes. */
export function causesSentence(causes: readonly Cause[], most: number): string {
  if (causes.length === 0) return "";
  const rest = causes.slice(most).reduce((sum, { targets }) => sum + targets, 0);
  return ` ${[...causes.slice(0, most).map(causeText), ...(rest === 0 ? [] : [`${rest} others`])].join("; ")}.`;
}

/** What a person does about a code: look at one answer, give it more memory, or ask again later. */
export type NextStep = "try" | "rerun-with-memory" | "rerun";

/** These do not follow from the answer, which may be right the next time. */
const WORTH_ASKING_AGAIN: readonly string[] = ["timeout", "connect", "reset", "throttled", "server", "maintenance", "quiet-host", "missing"];

export function nextStepFor(code: string): NextStep {
  if (code === "memory") return "rerun-with-memory";
  return WORTH_ASKING_AGAIN.includes(code) ? "rerun" : "try";
}
