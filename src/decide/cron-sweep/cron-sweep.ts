import type { ObjectEvent } from "../../model/event.ts";
import { formatMoment, isoOf, parseMoment } from "../../model/moment.ts";
import { formatDuration } from "../../model/quantity.ts";
import type { CronSweepStatus, StartingSweep } from "../../model/sweep-object.ts";
import { without } from "../../model/without.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { windowAt } from "../grid.ts";
import { CRON_REASON } from "../reasons.ts";
import { conditionsOf, refusedConditions } from "./conditions.ts";
import { beyondHistory } from "./history.ts";
import { countWindows, missedText, missedWindows, readRanges, writeRanges, type WindowRange } from "./missed-windows.ts";
import { hasEnded, isUnderWay } from "./observed-sweep.ts";
import { startTriggered, takeUpStarting, toStart, type Starting } from "./starting.ts";
import { updateWindows } from "./update-windows.ts";
import type { CronDecision, CronPlan, CronSweepView } from "./view.ts";
import { compact, knownAt, readRuns, writeRuns, type KnownRun } from "./window-runs.ts";
import { windowsDue, type WindowsDue } from "./windows-due.ts";
import { withoutFuture } from "./wrong-clock.ts";

/**
 * What a CronSweep does next.
 *
 * Order of writes: first the status, where `starting` names the Sweep to create and `handledTrigger` the trigger that asked for it. Then the
 * Sweep is created. Once it is observed, the status is written again: the Sweep moves from `starting` to `active`, and its window's turn and
 * lastAsked are recorded. After a crash or a lost answer anywhere in between, the name is still in `starting`, so the Sweep is created again
 * or found, and under Forbid nothing else starts before that. A Sweep that was observed and is gone was deleted by somebody: it has left
 * `starting`, so it is not created again. Nothing is recorded about a window before its Sweep was observed: a Sweep that was never created
 * leaves its window due.
 */
export function decideCronSweep(observed: CronSweepView): CronDecision {
  const view = withoutFuture(observed);
  const { plan } = view;
  return "problems" in plan ? refuse(view, plan.problems) : accepted(view, plan);
}

/** Starts and deletes nothing. What is known about the windows stays, since without a grid it cannot be interpreted. */
function refuse(view: CronSweepView, problems: readonly string[]): CronDecision {
  const status: CronSweepStatus = { ...without(view.status, "nextRun"), observedGeneration: view.generation, state: "Invalid", active: activeOf(view), conditions: refusedConditions(view, problems) };
  return { status, create: [], delete: [], events: noted(view, status), requeueAfterSeconds: null };
}

function accepted(view: CronSweepView, plan: CronPlan): CronDecision {
  const isPaused = view.paused;
  const every = formatDuration(plan.grid.everySeconds);
  const isSameGrid = view.status.dataset === plan.dataset && view.status.every === every;
  const learned = learn(view, plan, isSameGrid ? readRuns(view.status.windows ?? [], plan.grid.everySeconds) : []);

  const retriedNow = takeUpStarting(isSameGrid ? (view.status.starting ?? []) : [], { view, plan, known: learned });
  const triggered = startTriggered(retriedNow, { view, plan, known: learned });
  const due = windowsDue(dueView(view, plan, learned, triggered.starting));
  const missed = isSameGrid ? missedOf(view, plan, due, learned) : [];
  const scheduled = isPaused || plan.suspended ? [] : due.start;
  const starting = [...triggered.starting, ...scheduled.map((window) => toStart(window, "schedule", triggered.starting, { view, plan, known: learned }))];

  const status: CronSweepStatus = {
    observedGeneration: view.generation,
    ...(due.nextRun === null || isPaused || plan.suspended ? {} : { nextRun: isoOf(due.nextRun) }),
    ...newest(due, learned, starting, view, plan),
    windowsToCatchUp: due.behind,
    windowsMissed: countWindows(missed, plan.grid.everySeconds),
    missed: writeRanges(missed),
    reachesBackTo: formatMoment(due.since),
    starting,
    active: activeOf(view),
    ...handled(triggered, view.status),
    ...lastSuccess(view, plan),
    dataset: plan.dataset,
    every,
    windows: writeRuns(compact(learned, due.since)),
    conditions: conditionsOf({ view, plan, due, starting, missed, trigger: triggered.event, known: learned }),
  };
  return {
    status,
    create: isPaused ? [] : starting.map(({ name }) => name),
    delete: toDelete(view, plan),
    events: [...noted(view, status), ...finishedEvents(view), ...triggered.events, ...missedEvents(view, missed, plan)],
    requeueAfterSeconds: due.nextRun === null ? null : Math.max(1, due.nextRun - view.now),
  };
}

function learn({ name, sweeps, status }: CronSweepView, { dataset, grid }: CronPlan, before: readonly KnownRun[]): readonly KnownRun[] {
  const decidedAt = new Map((status.starting ?? []).map((starting) => [starting.name, parseMoment(starting.since) ?? 0]));
  return updateWindows(before, { cronSweep: name, dataset, grid, sweeps, decidedAt });
}

function missedOf({ status, acknowledged }: CronSweepView, { grid }: CronPlan, { since, askableFrom }: WindowsDue, known: readonly KnownRun[]): WindowRange[] {
  return missedWindows({
    before: readRanges(status.missed ?? [], grid.everySeconds),
    // A status of the version before does not have it: then the oldest window that was asked is as far as is known.
    reachedBefore: parseMoment(status.reachesBackTo ?? status.windows?.[0]?.from ?? ""),
    reaches: since,
    askableFrom,
    acknowledged: parseMoment(acknowledged ?? ""),
    known,
  });
}

/** One event whenever there are more than before. */
function missedEvents(view: CronSweepView, missed: readonly WindowRange[], { grid }: CronPlan): ObjectEvent[] {
  const isMore = countWindows(missed, grid.everySeconds) > (view.status.windowsMissed ?? 0);
  return isMore ? [{ type: "Warning", reason: CRON_REASON.windowsMissed, message: missedText(missed, grid.everySeconds, view) }] : [];
}

function dueView(view: CronSweepView, plan: CronPlan, known: readonly KnownRun[], starting: readonly StartingSweep[]) {
  return { ...plan, createdAt: view.createdAt, now: view.now, known, running: runningStarts(view, plan, starting) };
}

/** The starts of the windows that are being swept, or are about to be. */
function runningStarts({ sweeps }: CronSweepView, { dataset }: CronPlan, starting: readonly StartingSweep[]): EpochSeconds[] {
  const running = sweeps.filter((sweep) => isUnderWay(sweep, dataset)).map(({ windowStart }) => windowStart ?? -1);
  return [...running, ...starting.map(({ window }) => parseMoment(window) ?? -1)];
}

function activeOf({ sweeps }: CronSweepView): string[] {
  return sweeps
    .filter((sweep) => sweep.isOwn && !hasEnded(sweep))
    .map(({ name }) => name)
    .sort();
}

function newest(due: WindowsDue, known: readonly KnownRun[], starting: readonly StartingSweep[], view: CronSweepView, plan: CronPlan): Pick<CronSweepStatus, "newestWindow" | "newestState" | "state"> {
  const running = runningStarts(view, plan, starting).filter((start) => start % plan.grid.everySeconds === 0);
  const last = known.at(-1);
  // Before the first run of the schedule: the newest window that a trigger or a person has started.
  const start = due.due?.start ?? Math.max(last === undefined ? -1 : last.to - plan.grid.everySeconds, ...running);
  if (start < 0) return {};
  const state = running.includes(start) ? "running" : (knownAt(known, start)?.state ?? "due");
  return { newestWindow: formatMoment(windowAt(plan.grid, start).start), newestState: state, state };
}

function handled({ handledTrigger }: Starting, { handledTrigger: before }: CronSweepStatus): Pick<CronSweepStatus, "handledTrigger"> {
  const remembered = handledTrigger ?? before;
  return remembered === undefined ? {} : { handledTrigger: remembered };
}

function lastSuccess({ sweeps, status }: CronSweepView, { dataset }: CronPlan): Pick<CronSweepStatus, "lastSuccess"> {
  const ended = sweeps.filter(hasEnded).filter((sweep) => sweep.state !== "incomplete" && (sweep.isOfCronSweep || sweep.dataset === dataset));
  const last = Math.max(parseMoment(status.lastSuccess ?? "") ?? -1, ...ended.map(({ endedAt }) => endedAt));
  return last <= 0 ? {} : { lastSuccess: isoOf(last) };
}

/** Only Sweeps that the CronSweep created: one that is kept in Git would come back as soon as it is deleted. */
function toDelete({ sweeps }: CronSweepView, { history }: CronPlan): { name: string; uid: string }[] {
  const own = sweeps.filter(hasEnded).filter(({ isOwn }) => isOwn);
  return beyondHistory(
    own.map((sweep) => ({ ...sweep, succeeded: sweep.state !== "incomplete" })),
    history,
  ).map(({ name, uid }) => ({ name, uid }));
}

/** An event for each Sweep that was running when the status was last written and has finished since, or was deleted. */
function finishedEvents({ status, sweeps }: CronSweepView): ObjectEvent[] {
  const expected = [...(status.active ?? []), ...(status.starting ?? []).map(({ name }) => name)];
  return [...new Set(expected)].flatMap((name): ObjectEvent[] => {
    const sweep = sweeps.find((one) => one.name === name && one.isOwn);
    if (sweep !== undefined) {
      if (!hasEnded(sweep)) return [];
      return [{ type: sweep.state === "incomplete" ? "Warning" : "Normal", reason: CRON_REASON.ended, message: `${name} has finished: its window is ${sweep.state}.` }];
    }
    const ran = status.active?.includes(name) === true;
    return ran ? [{ type: "Normal", reason: CRON_REASON.deleted, message: `${name} was deleted before it finished. Its results are kept, and the next run tries its window again.` }] : [];
  });
}

/** The problems or warnings of the spec, once for each version of it. */
function noted({ plan, status: before }: CronSweepView, after: CronSweepStatus): ObjectEvent[] {
  if ("problems" in plan) {
    const message = plan.problems.join("; ");
    return acceptedIn(before)?.message === acceptedIn(after)?.message ? [] : [{ type: "Warning", reason: CRON_REASON.invalid, message }];
  }
  if (before.observedGeneration === after.observedGeneration) return [];
  return plan.warnings.map((message) => ({ type: "Warning", reason: CRON_REASON.noted, message }));
}

function acceptedIn({ conditions }: CronSweepStatus) {
  return conditions?.find(({ type }) => type === "Accepted");
}
