import { SpecError } from "../model/errors.ts";
import type { Window } from "../model/window.ts";
import { whyNotAskable, type AskableWhen } from "./askable.ts";
import { newestWindow, parseWindowStart, windowAt } from "./grid.ts";

/** What of a trigger is remembered as handled: an annotation may be very long. */
const MOST_REMEMBERED = 256;

/** The trigger annotation's value as it stands in handledTrigger. */
export function rememberedTrigger(value: string): string {
  return value.slice(0, MOST_REMEMBERED);
}

/** The window that `<window start | latest>[@anything]` asks for, or one sentence why it is none. What stands after the @ makes a value new. */
export function triggeredWindow(value: string, when: AskableWhen): { readonly window: Window } | { readonly problem: string } {
  const [name = ""] = rememberedTrigger(value).split("@");
  try {
    const window = name.trim() === "latest" ? newestWindow(when.grid, when.now) : windowAt(when.grid, parseWindowStart(name.trim()));
    const problem = whyNotAskable(window, when);
    return problem === null ? { window } : { problem };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { problem: error.message };
  }
}
