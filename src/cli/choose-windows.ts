import { sweepName } from "../decide/cron-sweep/sweep-name.ts";
import { whyNotAskable, formatWindow, newestWindow, parseWindowStart, windowAt, windowsBetween } from "../decide/grid.ts";
import { type Accepted, acceptOrThrow } from "../documents/accept.ts";
import { resolve } from "../documents/complete.ts";
import { SpecError } from "../model/errors.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds, Grid, Window } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** The windows named on the command line, each by its start. */
export interface WindowChoice {
  readonly window?: string | undefined;
  /** The first window of a range. */
  readonly from?: string | undefined;
  /** The last window of the range, included. Default: the newest that has settled. */
  readonly to?: string | undefined;
}

/** One window of one dataset to sweep. */
export interface SweepToRun {
  readonly namespace: string;
  readonly name: string;
  readonly spec: ResolvedSpec;
  /** It comes from a Sweep, which names its own window. */
  readonly hasOwnWindow: boolean;
}

/** The sweeps that the documents of some files ask for, newest window first. @throws SpecError */
export function sweepsToRun(documents: readonly SweepDocument[], choice: WindowChoice, now: EpochSeconds): SweepToRun[] {
  const sweeps = documents.filter((document) => document.kind === "Sweep");
  // A CronSweep next to a Sweep is only there because the Sweep refers to it.
  return (sweeps.length > 0 ? sweeps : documents).flatMap((document) => {
    const specs = resolveWindows(acceptOrThrow(document, { providers: PROVIDERS, documents }, now), choice, now).reverse();
    const { name, namespace = "default" } = document.metadata;
    return specs.map((spec) => ({ namespace, name: document.kind === "Sweep" ? name : sweepName(name, spec.window, 1), spec, hasOwnWindow: document.kind === "Sweep" }));
  });
}

/**
 * Resolves a document for each chosen window, oldest first; for the newest settled window if none is chosen.
 * @throws SpecError for a window that is not on the grid, or that cannot be asked: not over, before the provider's first data, older than the retention
 */
export function resolveWindows({ document, complete, firstData }: Pick<Accepted, "document" | "complete" | "firstData">, choice: WindowChoice, now: EpochSeconds): ResolvedSpec[] {
  return chooseWindows(document, choice, complete.grid, now).map((window) => {
    const spec = resolve(complete, window);
    const problem = whyNotAskable(window, { ...spec, firstData, now });
    if (problem !== null) throw new SpecError(problem);
    return spec;
  });
}

function chooseWindows(document: SweepDocument, choice: WindowChoice, grid: Grid, now: EpochSeconds): Window[] {
  if (document.kind !== "Sweep") return windowsOnGrid(grid, choice, now) ?? [newestWindow(grid, now)];
  const { window, from, to } = choice;
  if ((window ?? from ?? to) !== undefined) throw new SpecError(`The Sweep ${document.metadata.name} names its own window (spec.window.start): --window, --from and --to are only for a CronSweep.`);
  return [windowAt(grid, parseWindowStart(document.spec.window.start))];
}

/** The chosen windows, oldest first; null if none is named. @throws SpecError */
export function windowsOnGrid(grid: Grid, { window, from, to }: WindowChoice, now: EpochSeconds): Window[] | null {
  if (window !== undefined) {
    if ((from ?? to) !== undefined) throw new SpecError("--window names one window, --from and --to name a range: use one or the other.");
    return [windowAt(grid, parseWindowStart(window))];
  }
  if (from !== undefined) return between(grid, from, to, newestWindow(grid, now));
  if (to !== undefined) throw new SpecError("--to needs --from, the first window of the range.");
  return null;
}

function between(grid: Grid, from: string, to: string | undefined, newest: Window): Window[] {
  const first = windowAt(grid, parseWindowStart(from));
  const last = to === undefined ? newest : windowAt(grid, parseWindowStart(to));
  if (last.start < first.start) throw new SpecError(`${to === undefined ? "The newest window" : "--to"} (${formatWindow(last)}) is before --from (${formatWindow(first)}).`);
  return windowsBetween(grid, first.start, last.end);
}
