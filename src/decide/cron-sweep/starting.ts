import { SpecError } from "../../model/errors.ts";
import type { ObjectEvent } from "../../model/event.ts";
import { formatMoment, isoOf, parseMoment } from "../../model/moment.ts";
import type { StartingSweep } from "../../model/sweep-object.ts";
import { shownName } from "../../model/visible.ts";
import type { Window } from "../../model/window.ts";
import { whyNotAskable, type AskableWhen, formatWindow, newestWindow, parseWindowStart, windowAt } from "../grid.ts";
import { CRON_REASON } from "../reasons.ts";
import { isUnderWay } from "./observed-sweep.ts";
import { nextTurn, sweepName } from "./sweep-name.ts";
import type { CronPlan, CronSweepView } from "./view.ts";
import { knownAt, type KnownRun } from "./window-runs.ts";

interface StartingView {
  readonly view: CronSweepView;
  readonly plan: CronPlan;
  readonly known: readonly KnownRun[];
}

export interface Starting {
  readonly starting: readonly StartingSweep[];
  readonly events: readonly ObjectEvent[];
  /** The event of the trigger that was just handled: its message becomes the condition. */
  readonly event: ObjectEvent | null;
  /** Absent if none was handled. */
  readonly handledTrigger?: string;
}

/** The Sweeps that the last status intended to create and that have not been observed yet. */
export function takeUpStarting(before: readonly StartingSweep[], around: StartingView): Starting {
  const { view, plan } = around;
  const events: ObjectEvent[] = [];
  const starting = before.flatMap((intent): StartingSweep[] => {
    const found = view.sweeps.find(({ name }) => name === intent.name);
    const window = windowOfIntent(intent, plan);
    // It exists; or it is not wanted any more, and nothing is lost, since its window stays due.
    if (found?.isOwn === true || window === null || !isStillWanted(intent, window, around)) return [];
    if (found === undefined) return [intent];
    const renamed = { ...toStart(window, intent.by, before, around), since: intent.since };
    events.push({ type: "Warning", reason: CRON_REASON.nameTaken, message: `The name ${intent.name} is taken by another object, so ${renamed.name} sweeps the window ${formatWindow(window)}.` });
    return [renamed];
  });
  return { starting, events, event: null };
}

/** A trigger waits while the CronSweep is paused, but not while it is suspended: it is a person's wish, like a Job created by hand from a CronJob. */
export function startTriggered(taken: Starting, around: StartingView): Starting {
  const { view, plan } = around;
  if (view.trigger === null || view.paused || rememberedTrigger(view.trigger) === view.status.handledTrigger) return taken;
  const handledTrigger = rememberedTrigger(view.trigger);
  const say = (event: ObjectEvent, started: readonly StartingSweep[] = []): Starting => ({ starting: [...taken.starting, ...started], events: [...taken.events, event], event, handledTrigger });
  const asked = triggeredWindow(view.trigger, { ...plan, now: view.now });
  if ("problem" in asked) return say({ type: "Warning", reason: CRON_REASON.badTrigger, message: `The trigger ${shownName(handledTrigger)} starts no sweep: ${asked.problem}` });
  const { window } = asked;
  const runs = sweeperOf(window, taken.starting, around);
  if (runs !== null) return say({ type: "Normal", reason: CRON_REASON.runsAlready, message: `The trigger ${shownName(handledTrigger)} starts no sweep: ${runs} is sweeping the window ${formatWindow(window)} already.` });
  const started = toStart(window, "trigger", taken.starting, around);
  return say({ type: "Normal", reason: CRON_REASON.triggered, message: `The trigger ${shownName(handledTrigger)} starts ${started.name} for the window ${formatWindow(window)}.` }, [started]);
}

/** A Sweep of the window, under a free name. */
export function toStart(window: Window, by: StartingSweep["by"], beside: readonly StartingSweep[], { view, known }: StartingView): StartingSweep {
  const taken = new Set([...view.sweeps, ...beside].map(({ name }) => name));
  const turn = nextTurn(knownAt(known, window.start)?.turns ?? 0, view.name, window, (name) => taken.has(name));
  return { name: sweepName(view.name, window, turn), window: formatMoment(window.start), since: isoOf(view.now), by };
}

function windowOfIntent({ window }: StartingSweep, { grid }: CronPlan): Window | null {
  const start = parseMoment(window);
  return start === null || start % grid.everySeconds !== 0 ? null : { start, end: start + grid.everySeconds };
}

function isStillWanted({ by }: StartingSweep, window: Window, around: StartingView): boolean {
  const { view, plan } = around;
  if (by === "schedule" && (plan.suspended || view.paused)) return false;
  return whyNotAskable(window, { ...plan, now: view.now }) === null && sweeperOf(window, [], around) === null;
}

/** The name of the Sweep that is sweeping the window, or null. */
function sweeperOf({ start }: Window, starting: readonly StartingSweep[], { view, plan }: StartingView): string | null {
  const running = view.sweeps.find((sweep) => sweep.windowStart === start && isUnderWay(sweep, plan.dataset));
  return running?.name ?? starting.find(({ window }) => parseMoment(window) === start)?.name ?? null;
}

/** An annotation may be very long, so only this many characters of a trigger are remembered. */
const MOST_REMEMBERED = 256;

/** The value of the trigger annotation as handledTrigger has it. */
export function rememberedTrigger(value: string): string {
  return value.slice(0, MOST_REMEMBERED);
}

/** The window that `<window start | latest>[@anything]` names, or why there is none. The part after the @ only makes a value new. */
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
