import type { Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
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
import { AS_SCHEDULED } from "./draft-sweep.ts";
import { findCronSweep, listAll, isOfWindow, isUnderWay, sweepsOf } from "./find.ts";
import { exitOf, followSweep } from "./follow.ts";
import { makeSweep } from "./show-made.ts";
import { sweepLine } from "./sweep-report.ts";
import { holdText } from "./sweeps-table.ts";

interface BackfillOptions extends ClusterOptions {
  readonly from: string;
  readonly to?: string;
}

const EXAMPLES = `
Examples:
  kubectl sluice backfill ripestat-daily --from 2026-10-01                   every window since then, by the controller
  kubectl sluice backfill ripestat-daily --from 2026-10-01 --to 2026-10-10   these ten, while this command runs

Without --to it sets spec.catchUp.since, and is done: the controller sweeps what is not complete, newest first, one window at a time.
With --to it makes the Sweeps itself, one after the other. Interrupted and called again it does the rest.`;

export const addBackfill: AddCommand = (program, cli, act) => {
  const command = program
    .command("backfill")
    .description("Sweep the earlier windows that are not complete, newest first, one at a time.")
    .argument("<cronsweep>", "its name")
    .requiredOption("--from <start>", "the first window, by its start in UTC")
    .option("--to <start>", "the last window, itself included (default: the newest)");
  addClusterOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => act(() => backfill(cli, name, self.optsWithGlobals())));
};

function backfill(cli: Cli, name: string, options: BackfillOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const cronSweep = await findCronSweep(cluster, name);
    const now = Math.floor(cli.clock.now() / 1000);
    const specs = resolveWindows(acceptedCronSweep(cronSweep, now), options, { providers: PROVIDERS }, now).reverse();
    const wanted = specs.filter(({ window }) => !isComplete(cronSweep, window.start));
    if (options.to !== undefined) return sweepOneByOne(cli, cluster, cronSweep, wanted);
    return catchUp(cli, cluster, cronSweep, specs, wanted.length);
  });
}

/** Lasts without this command: what is caught up stands in the spec, and the controller goes by that. */
async function catchUp(cli: Cli, { client, namespace }: Cluster, cronSweep: CronSweepObject, specs: readonly ResolvedSpec[], wanted: number): Promise<number> {
  const { name } = cronSweep.metadata;
  const from = specs.at(-1)!.window;
  const since = formatMoment(from.start);
  if (reachesBackTo(cronSweep, from.start, Math.floor(cli.clock.now() / 1000))) {
    cli.stdout.write(`cronsweep.sluice.dev/${name} catches up from ${since} on already.\n`);
  } else {
    await client.mergePatch(CRON_SWEEPS, { namespace, name }, { spec: { catchUp: { since, windows: null } } });
    cli.stdout.write(`cronsweep.sluice.dev/${name} catches up from ${since} on: ${counted(wanted, "window is", "windows are")} not known to be complete, of ${specs.length}.\n`);
  }
  const held = holdText(cronSweep);
  if (held !== "") cli.stderr.write(`It is ${held}, so nothing begins: kubectl sluice resume ${name}\n`);
  return COMMAND_EXIT.done;
}

/** Whether the controller looks that far back as it is. @throws SpecError where the CronSweep is wrong */
function reachesBackTo(cronSweep: CronSweepObject, start: number, now: number): boolean {
  const plan = cronPlanOf(cronSweep, PROVIDERS, now);
  if ("problems" in plan) throw new SpecError(plan.problems.join("\n"));
  return "since" in plan.catchUp && plan.catchUp.since <= start;
}

function isComplete({ status = {} }: CronSweepObject, start: number): boolean {
  return knownAt(readRuns(status.windows ?? [], 60), start)?.state === "complete";
}

/**
 * A Sweep for each window, the next when the one before is over. One of this CronSweep that runs already is waited for, as its
 * concurrencyPolicy says; one of the window itself is taken for the one that is wanted.
 */
export async function sweepOneByOne(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, specs: readonly ResolvedSpec[]): Promise<number> {
  if (specs.length === 0) cli.stderr.write("Every one of these windows is complete: there is nothing to do.\n");
  let worst: number = COMMAND_EXIT.done;
  for (const spec of specs) {
    const ended = await followSweep(cli, cluster, await nextSweep(cli, cluster, cronSweep, spec));
    cli.stdout.write(`${sweepLine(ended)}\n`);
    worst = Math.max(worst, exitOf(ended));
  }
  return worst;
}

async function nextSweep(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec): Promise<SweepObject> {
  for (;;) {
    const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
    const running = sweepsOf(cronSweep.metadata.name, sweeps).filter(isUnderWay);
    const same = running.find((sweep) => isOfWindow(sweep, spec.window));
    if (same !== undefined) return same;
    const [other] = running;
    if (other === undefined || cronSweep.spec.concurrencyPolicy === "Allow") return makeSweep(cluster, cronSweep, spec, AS_SCHEDULED, sweeps);
    cli.stderr.write(`${other.metadata.name} runs, and concurrencyPolicy is Forbid: it goes first.\n`);
    await followSweep(cli, cluster, other);
  }
}
