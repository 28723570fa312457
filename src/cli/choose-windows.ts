import { whyNotAskable, formatWindow, newestWindow, parseWindowStart, windowAt, windowsBetween } from "../decide/grid.ts";
import { gridOfDocument, resolve, type Surroundings } from "../documents/resolve.ts";
import { SpecError } from "../model/errors.ts";
import { parseMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds, Grid, Window } from "../model/window.ts";
import { rulesFor } from "../providers/registry.ts";

/** Windows as a person names them on the command line, each by its start. */
export interface WindowWish {
  readonly window?: string | undefined;
  /** The first window of several. */
  readonly from?: string | undefined;
  /** The last one, itself included; the newest where only `from` is said. */
  readonly to?: string | undefined;
}

/**
 * A document resolved for each window that is asked for, oldest first; the newest one where nothing is said.
 * @throws SpecError for a window that is none of the grid, or cannot be asked: the future, before the provider's first data, older than the retention
 */
export function resolveWindows(document: SweepDocument, wish: WindowWish, surroundings: Surroundings, now: EpochSeconds): ResolvedSpec[] {
  const grid = gridOfDocument(document, surroundings);
  return chooseWindows(document, wish, grid, now).map((window) => {
    const spec = resolve(document, window, surroundings);
    const problem = whyNotAskable(window, { grid, retentionSeconds: spec.retentionSeconds, firstData: firstDataOf(spec, surroundings), now });
    if (problem !== null) throw new SpecError(problem);
    return spec;
  });
}

function firstDataOf(spec: ResolvedSpec, { providers }: Surroundings): EpochSeconds | null {
  return parseMoment(rulesFor(spec.host.name, providers)?.firstData ?? "");
}

function chooseWindows(document: SweepDocument, { window, from, to }: WindowWish, grid: Grid, now: EpochSeconds): Window[] {
  if (document.kind === "Sweep") {
    if ((window ?? from ?? to) !== undefined) throw new SpecError(`The Sweep ${document.metadata.name} names its window itself (spec.window.start): --window, --from and --to are for a CronSweep.`);
    return [windowAt(grid, parseWindowStart(document.spec.window.start))];
  }
  if (window !== undefined) {
    if ((from ?? to) !== undefined) throw new SpecError("--window names one window, --from and --to several: say one or the other.");
    return [windowAt(grid, parseWindowStart(window))];
  }
  if (from !== undefined) return between(grid, from, to, newestWindow(grid, now));
  if (to !== undefined) throw new SpecError("--to needs --from: the first of the windows.");
  return [newestWindow(grid, now)];
}

function between(grid: Grid, from: string, to: string | undefined, newest: Window): Window[] {
  const first = windowAt(grid, parseWindowStart(from));
  const last = to === undefined ? newest : windowAt(grid, parseWindowStart(to));
  if (last.start < first.start) throw new SpecError(`${to === undefined ? "The newest window" : "--to"} (${formatWindow(last)}) is before --from (${formatWindow(first)}).`);
  return windowsBetween(grid, first.start, last.end);
}
