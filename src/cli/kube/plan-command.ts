import type { Command } from "commander";
import { SWEEPS, type CronSweepObject, type SweepObject } from "../../controller/resources.ts";
import { COMMAND_EXIT } from "../../model/exit-codes.ts";
import type { SweepDocument } from "../../model/schema/documents.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import { resolveWindows, type WindowWish } from "../choose-windows.ts";
import type { Cli } from "../context.ts";
import type { AddCommand } from "../main.ts";
import { paintFor } from "../paint.ts";
import { planTogether } from "../plan-command.ts";
import { renderPlan } from "../plan-report.ts";
import { addRangeOptions } from "../shared-options.ts";
import { documentsOf } from "../sweep-files.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { findCronSweep, listAll } from "./find.ts";
import { addClusterOptions, objectOutputOption, type ClusterOptions } from "./options.ts";
import { plannedFrom, windowsToDo } from "./planned.ts";
import { sweepsOf } from "./sweeps-of.ts";

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
