import type { Command } from "commander";
import { resolveWindows, type WindowChoice } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { planOf, renderPlan } from "../cli/plan-command.ts";
import type { PlannedSweep } from "../cli/plan-sweep.ts";
import { fromOption, outputOption, toOption, windowOption } from "../cli/shared-options.ts";
import { documentsOf } from "../cli/sweep-files.ts";
import { cronPlanOf } from "../controller/cron-sweep/cron-plan.ts";
import { SWEEPS, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import { knownAt, readRuns } from "../decide/cron-sweep/window-runs.ts";
import { windowsDue } from "../decide/cron-sweep/windows-due.ts";
import { newestWindow, windowsBetween } from "../decide/grid.ts";
import { tidyNames } from "../decide/targets/names.ts";
import { acceptOrThrow } from "../documents/accept.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { counted } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions } from "./cluster.ts";
import { findCronSweep, listAll, sweepsOf, isOfWindow } from "./find.ts";

interface PlanOptions extends ClusterOptions, WindowChoice {
  readonly output: "text" | "json";
}

const EXAMPLES = `
Examples:
  kubectl sluice plan ripestat-daily                     what is due, and how long it takes
  kubectl sluice plan ripestat-daily --from 2026-10-01   a backfill
  kubectl sluice plan examples/ripestat-daily.yaml       a file, before you apply it

It only asks the cluster: the number of targets is what the last sweep counted, or targets.atLeast.
sluice plan FILE asks for the list of targets itself, and asks the database what is settled.`;

export const addPlan: AddCommand = (program, cli, execute) => {
  const command = program
    .command("plan")
    .description("Show what a sweep would ask, and how long it takes. Changes nothing.")
    .argument("<cronsweep-or-file>", "a CronSweep of the cluster, or a file")
    .addOption(windowOption("those that are due"))
    .addOption(fromOption())
    .addOption(toOption());
  addClusterOptions(command)
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((what: string, _: unknown, self: Command) => execute(() => plan(cli, what, self.optsWithGlobals())));
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
    show(cli, acceptOrThrow(document, { providers: PROVIDERS, documents, inCluster: true }, nowOf(cli)), { cronSweep: null, sweeps: [] }, options);
  }
  return COMMAND_EXIT.done;
}

/** What the cluster knows about a document. */
interface Known {
  readonly cronSweep: CronSweepObject | null;
  readonly sweeps: readonly SweepObject[];
}

async function knownOf({ client, namespace }: Cluster, cronSweep: CronSweepObject): Promise<Known> {
  return { cronSweep, sweeps: sweepsOf(cronSweep.metadata.name, await listAll(client, SWEEPS, namespace)) };
}

function show(cli: Cli, accepted: Parameters<typeof resolveWindows>[0], { cronSweep, sweeps }: Known, options: PlanOptions): number {
  const now = nowOf(cli);
  const isChosen = (options.window ?? options.from ?? options.to) !== undefined;
  const choices: readonly WindowChoice[] = isChosen || cronSweep === null ? [options] : windowsToDo(cronSweep, now);
  const specs = choices.flatMap((choice) => resolveWindows(accepted, choice, now).reverse());
  const planned = specs.map((spec) => plannedFrom(spec, cronSweep, sweeps));
  if (planned.every(({ asked }) => asked === 0)) cli.stderr.write(`Nothing is due${cronSweep?.status?.nextRun === undefined ? "" : `; the next run is at ${cronSweep.status.nextRun}`}.\n`);
  cli.stdout.write(renderPlan([planOf(planned)], options.output, paintFor(cli.stdout, cli)));
  return COMMAND_EXIT.done;
}

function nowOf({ clock }: Cli): number {
  return Math.floor(clock.now() / 1000);
}

/** At most this many windows are listed; older ones are swept after them. */
const MOST_WINDOWS = 60;

/** The windows that the controller is going to sweep, newest first; the newest window if there is nothing to do. */
function windowsToDo(cronSweep: CronSweepObject, now: EpochSeconds): WindowChoice[] {
  const plan = cronPlanOf(cronSweep, PROVIDERS, now);
  if ("problems" in plan) return [];
  const known = readRuns(cronSweep.status?.windows ?? [], plan.grid.everySeconds);
  const createdAt = Date.parse(cronSweep.metadata.creationTimestamp ?? "") / 1000 || 0;
  const { due, since } = windowsDue({ ...plan, createdAt, now, known, running: [] });
  const newest = newestWindow(plan.grid, now);
  const candidates = windowsBetween(plan.grid, Math.max(since, newest.start - MOST_WINDOWS * plan.grid.everySeconds), (due ?? newest).end).reverse();
  const open = candidates.filter(({ start }) => knownAt(known, start)?.state !== "complete");
  return (open.length > 0 ? open : [newest]).map(({ start }) => ({ window: formatMoment(start) }));
}

/** Counts the targets of a window by what the objects in the cluster say. */
function plannedFrom(spec: ResolvedSpec, cronSweep: CronSweepObject | null, sweeps: readonly SweepObject[]): PlannedSweep {
  const { targets, note } = targetsOf(spec, sweeps);
  const isComplete = knownAt(readRuns(cronSweep?.status?.windows ?? [], spec.grid.everySeconds), spec.window.start)?.state === "complete";
  const last = newestOf(sweeps.filter((sweep) => isOfWindow(sweep, spec.window)));
  const settled = isComplete ? targets : (last?.status?.settled ?? null);
  return { spec, targets, settled, asked: Math.max(0, targets - (settled ?? 0)), retention: newestOf(sweeps)?.status?.flow?.retentionHeld ?? null, notes: [note] };
}

function targetsOf({ targets, select }: ResolvedSpec, sweeps: readonly SweepObject[]): { readonly targets: number; readonly note: string } {
  if (select.narrow !== undefined) return { targets: select.narrow.length, note: "the targets that the Sweep names" };
  if (targets.from.kind === "list") return { targets: tidyNames(targets.from.list, "targets.list").names.length, note: "in the spec" };
  const last = newestOf(sweeps.filter(({ status }) => status?.targets !== undefined));
  if (last === undefined) return { targets: targets.atLeast, note: `not asked for: targets.atLeast says ${counted(targets.atLeast, "target", "targets")}` };
  return { targets: last.status!.targets!, note: `not asked for: ${last.metadata.name} counted this many` };
}

function newestOf(sweeps: readonly SweepObject[]): SweepObject | undefined {
  return sweeps.toSorted((one, other) => (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "")).at(-1);
}
