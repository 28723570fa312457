import type { Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { fromOption, toOption } from "../cli/shared-options.ts";
import { cronPlanOf } from "../controller/cron-sweep/cron-plan.ts";
import { CRON_SWEEPS, type CronSweepObject, SWEEPS, type SweepObject } from "../controller/resources.ts";
import { knownAt, readRuns } from "../decide/cron-sweep/window-runs.ts";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { counted } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions } from "./cluster.ts";
import { createSweep } from "./create-sweep.ts";
import { AS_SCHEDULED } from "./draft-sweep.ts";
import { findCronSweep, listAll, isOfWindow, isUnfinished, sweepsOf } from "./find.ts";
import { exitCodeOf, followSweep } from "./follow.ts";
import { sweepLine } from "./sweep-report.ts";
import { pausedText } from "./sweeps-table.ts";

interface BackfillOptions extends ClusterOptions {
  readonly from: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  kubectl sluice backfill ripestat-daily --from 2026-10-01                   every day since then, by the controller
  kubectl sluice backfill ripestat-daily --from 2026-10-01 --to 2026-10-10   these ten days, while this command runs

Without --to, the command sets spec.catchUp.since and returns: the controller then sweeps what is not complete.
With --to, the command creates the Sweeps itself, one after the other. After an interruption, the same command does the rest.`;

export const addBackfill: AddCommand = (program, cli, execute) => {
  const command = program
    .command("backfill")
    .description("Sweep the windows of a range that are not complete, newest first, one at a time.")
    .argument("<cronsweep>", "its name")
    .addOption(fromOption().makeOptionMandatory())
    .addOption(toOption("open, and left to the controller"));
  addClusterOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => execute(() => backfill(cli, name, self.optsWithGlobals())));
};

function backfill(cli: Cli, name: string, options: BackfillOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const cronSweep = await findCronSweep(cluster, name);
    const now = Math.floor(cli.clock.now() / 1000);
    const specs = resolveWindows(acceptedCronSweep(cronSweep, now), options, now).reverse();
    const incomplete = specs.filter(({ window }) => !isComplete(cronSweep, window.start));
    if (options.to !== undefined) return sweepOneByOne(cli, cluster, cronSweep, incomplete);
    return catchUp(cli, cluster, cronSweep, specs, incomplete.length);
  });
}

/** The range is written to the spec, so the controller goes on with it after this command has returned. */
async function catchUp(cli: Cli, { client, namespace }: Cluster, cronSweep: CronSweepObject, specs: readonly ResolvedSpec[], incomplete: number): Promise<number> {
  const { name } = cronSweep.metadata;
  const from = specs.at(-1)!.window;
  const since = formatMoment(from.start);
  if (reachesBackTo(cronSweep, from.start, Math.floor(cli.clock.now() / 1000))) {
    cli.stdout.write(`cronsweep.sluice.dev/${name} already catches up from ${since} on.\n`);
  } else {
    await client.mergePatch(CRON_SWEEPS, { namespace, name }, { spec: { catchUp: { since, windows: null } } });
    cli.stdout.write(`cronsweep.sluice.dev/${name} catches up from ${since} on: ${counted(incomplete, "window is", "windows are")} not known to be complete, of ${specs.length}.\n`);
  }
  const paused = pausedText(cronSweep);
  if (paused !== "") cli.stderr.write(`The CronSweep is ${paused}, so no sweep starts until you run: kubectl sluice resume ${name}\n`);
  return COMMAND_EXIT.done;
}

/** Whether the CronSweep already catches up from that window or an earlier one. @throws SpecError if its spec is invalid */
function reachesBackTo(cronSweep: CronSweepObject, start: number, now: number): boolean {
  const plan = cronPlanOf(cronSweep, PROVIDERS, now);
  if ("problems" in plan) throw new SpecError(plan.problems.join("\n"));
  return "since" in plan.catchUp && plan.catchUp.since <= start;
}

function isComplete({ status = {} }: CronSweepObject, start: number): boolean {
  return knownAt(readRuns(status.windows ?? [], 60), start)?.state === "complete";
}

/** Creates a Sweep for each window, each after the one before has finished. */
async function sweepOneByOne(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, specs: readonly ResolvedSpec[]): Promise<number> {
  if (specs.length === 0) cli.stderr.write("All of these windows are complete: there is nothing to do.\n");
  let worst: number = COMMAND_EXIT.done;
  for (const spec of specs) {
    const finished = await followSweep(cli, cluster, await nextSweep(cli, cluster, cronSweep, spec));
    cli.stdout.write(`${sweepLine(finished)}\n`);
    worst = Math.max(worst, exitCodeOf(finished));
  }
  return worst;
}

/**
 * A Sweep of the window: the one that is sweeping it already, or a new one. With `concurrencyPolicy: Forbid`, a Sweep of another
 * window is waited for first.
 */
async function nextSweep(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec): Promise<SweepObject> {
  for (;;) {
    const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
    const running = sweepsOf(cronSweep.metadata.name, sweeps).filter(isUnfinished);
    const same = running.find((sweep) => isOfWindow(sweep, spec.window));
    if (same !== undefined) return same;
    const [other] = running;
    if (other === undefined || cronSweep.spec.concurrencyPolicy === "Allow") return createSweep(cluster, cronSweep, spec, AS_SCHEDULED, sweeps);
    cli.stderr.write(`Waiting for ${other.metadata.name} to finish, since concurrencyPolicy is Forbid.\n`);
    await followSweep(cli, cluster, other);
  }
}
