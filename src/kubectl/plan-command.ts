import type { Command } from "commander";
import { resolveWindows, type WindowWish } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { planTogether, renderPlan } from "../cli/plan-command.ts";
import type { PlannedSweep } from "../cli/plan-sweep.ts";
import { addRangeOptions } from "../cli/shared-options.ts";
import { documentsOf } from "../cli/sweep-files.ts";
import { cronPlanOf } from "../controller/cron-sweep/cron-plan.ts";
import { SWEEPS, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import { knownAt, readRuns } from "../decide/cron-sweep/window-runs.ts";
import { windowsDue } from "../decide/cron-sweep/windows-due.ts";
import { newestWindow, windowsBetween } from "../decide/grid.ts";
import { tidyNames } from "../decide/targets/names.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { counted } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions } from "./cluster.ts";
import { findCronSweep, listAll, sweepsOf, isOfWindow } from "./find.ts";

interface PlanOptions extends ClusterOptions, WindowWish {
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  kubectl sluice plan ripestat-daily                        what is due, and how long that takes
  kubectl sluice plan ripestat-daily --from 2026-10-01      a backfill
  kubectl sluice plan examples/ripestat-daily.yaml          before it is applied

It asks the cluster and nobody else: how many targets there are is what the last sweep counted, or targets.atLeast.
sluice plan FILE asks for the list itself, and the database for what is settled.`;

export const addPlan: AddCommand = (program, cli, act) => {
  const command = program
    .command("plan")
    .description("Show what sweeps would ask, and how long that takes. Changes nothing.")
    .argument("<cronsweep-or-file>", "a CronSweep of the cluster, or a file with one")
    .option("--window <start>", "the window that starts then, in UTC (default: those that are due)");
  addClusterOptions(addRangeOptions(command))
    .addOption(objectOutputOption(["text", "json"]))
    .addHelpText("after", EXAMPLES)
    .action((what: string, _: unknown, self: Command) => act(() => plan(cli, what, self.optsWithGlobals())));
};

async function plan(cli: Cli, what: string, options: PlanOptions): Promise<number> {
  if (!/\.ya?ml$|\.json$/.test(what)) {
    return withCluster(cli, options, async (cluster) => {
      const cronSweep = await findCronSweep(cluster, what);
      return show(cli, acceptedCronSweep(cronSweep, nowOf(cli)), await knownOf(cluster, cronSweep), options);
    });
  }
  const documents = await documentsOf([what]);
  for (const document of documents.filter(({ kind }) => kind === (documents.some((one) => one.kind === "Sweep") ? "Sweep" : "CronSweep"))) {
    show(cli, document, { cronSweep: null, sweeps: [], documents }, options);
  }
  return COMMAND_EXIT.done;
}

/** What the cluster knows of a document. */
interface Known {
  readonly cronSweep: CronSweepObject | null;
  readonly sweeps: readonly SweepObject[];
  readonly documents: readonly SweepDocument[];
}

async function knownOf({ client, namespace }: Cluster, cronSweep: CronSweepObject): Promise<Known> {
  return { cronSweep, sweeps: sweepsOf(cronSweep.metadata.name, await listAll(client, SWEEPS, namespace)), documents: [] };
}

function show(cli: Cli, document: SweepDocument, { cronSweep, sweeps, documents }: Known, options: PlanOptions): number {
  const now = nowOf(cli);
  const surroundings = { providers: PROVIDERS, documents };
  const isWished = (options.window ?? options.from ?? options.to) !== undefined;
  const wishes: readonly WindowWish[] = isWished || cronSweep === null ? [options] : windowsToDo(cronSweep, now);
  const specs = wishes.flatMap((wish) => resolveWindows(document, wish, surroundings, now).reverse());
  const planned = specs.map((spec) => plannedFrom(spec, cronSweep, sweeps));
  if (planned.every(({ asked }) => asked === 0)) cli.stderr.write(`Nothing is due${cronSweep?.status?.nextRun === undefined ? "" : `; the next run is at ${cronSweep.status.nextRun}`}.\n`);
  cli.stdout.write(renderPlan([planTogether(planned)], options.output, paintFor(cli.stdout, cli)));
  return COMMAND_EXIT.done;
}

function nowOf({ clock }: Cli): number {
  return Math.floor(clock.now() / 1000);
}

/** So many windows are planned one by one; what is older comes after them. */
const MOST_WINDOWS = 60;

/** The windows that the controller will have swept, as far as it knows of them: newest first. The newest, where nothing is to do. */
export function windowsToDo(cronSweep: CronSweepObject, now: EpochSeconds): WindowWish[] {
  const plan = cronPlanOf(cronSweep, PROVIDERS, now);
  if ("problems" in plan) return [];
  const known = readRuns(cronSweep.status?.windows ?? [], plan.grid.everySeconds);
  const createdAt = Date.parse(cronSweep.metadata.creationTimestamp ?? "") / 1000 || 0;
  const { due, since } = windowsDue({ ...plan, createdAt, now, known, running: [] });
  const newest = newestWindow(plan.grid, now);
  const looked = windowsBetween(plan.grid, Math.max(since, newest.start - MOST_WINDOWS * plan.grid.everySeconds), (due ?? newest).end).reverse();
  const open = looked.filter(({ start }) => knownAt(known, start)?.state !== "complete");
  return (open.length > 0 ? open : [newest]).map(({ start }) => ({ window: formatMoment(start) }));
}

/** A sweep of the window, by what the objects of the cluster say about its targets. */
export function plannedFrom(spec: ResolvedSpec, cronSweep: CronSweepObject | null, sweeps: readonly SweepObject[]): PlannedSweep {
  const { targets, note } = targetsOf(spec, sweeps);
  const isComplete = knownAt(readRuns(cronSweep?.status?.windows ?? [], spec.grid.everySeconds), spec.window.start)?.state === "complete";
  const last = newestOf(sweeps.filter((sweep) => isOfWindow(sweep, spec.window)));
  const settled = isComplete ? targets : (last?.status?.settled ?? null);
  return { spec, targets, settled, asked: Math.max(0, targets - (settled ?? 0)), notes: [note] };
}

function targetsOf({ targets, select }: ResolvedSpec, sweeps: readonly SweepObject[]): { readonly targets: number; readonly note: string } {
  if (select.narrow !== undefined) return { targets: select.narrow.length, note: "those that the Sweep names" };
  if (targets.from.kind === "list") return { targets: tidyNames(targets.from.list).names.length, note: "stands in the spec" };
  const last = newestOf(sweeps.filter(({ status }) => status?.targets !== undefined));
  if (last === undefined) return { targets: targets.atLeast, note: `not asked for: ${counted(targets.atLeast, "target", "targets")} is what targets.atLeast says` };
  return { targets: last.status!.targets!, note: `not asked for: so many were counted by ${last.metadata.name}` };
}

function newestOf(sweeps: readonly SweepObject[]): SweepObject | undefined {
  return sweeps.toSorted((one, other) => (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "")).at(-1);
}
