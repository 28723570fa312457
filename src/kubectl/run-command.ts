import type { Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { SWEEPS, type SweepObject } from "../controller/resources.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { AS_SCHEDULED } from "./draft-sweep.ts";
import { findCronSweep, listAll, isOfWindow, isUnderWay, sweepsOf } from "./find.ts";
import { makeSweep, showMade } from "./show-made.ts";

export interface RunOptions extends ClusterOptions {
  readonly window?: string;
  readonly wait?: true;
  readonly output: ObjectOutput;
}

const EXAMPLES = `
Examples:
  kubectl sluice run ripestat-daily                              the newest window that has settled
  kubectl sluice run ripestat-daily --window 2026-11-20 --wait   that day, shown until it is over
  kubectl sluice run ripestat-daily -o name                      only the name of the Sweep, for scripts

A CronSweep is made by kubectl apply -f FILE: this only makes a Sweep of it.`;

export const addRun: AddCommand = (program, cli, act) => {
  const command = program
    .command("run")
    .description("Sweep a window of a CronSweep now: makes a Sweep.")
    .argument("<cronsweep>", "its name")
    .option("--window <start>", "the window that starts then, in UTC, such as 2026-11-20 (default: the newest that has settled)")
    .option("--wait", "show it until it is over, and end with its exit code");
  addClusterOptions(command)
    .addOption(objectOutputOption(["text", "name", "json", "yaml"]))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => act(() => run(cli, name, self.optsWithGlobals())));
};

function run(cli: Cli, name: string, options: RunOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await newOrUnderWay(cli, cluster, name, options.window);
    return showMade(cli, cluster, sweep, options);
  });
}

/** Twice is once: a sweep of the window that runs already is the one that is wanted. */
async function newOrUnderWay(cli: Cli, cluster: Cluster, name: string, window: string | undefined): Promise<{ readonly sweep: SweepObject; readonly isNew: boolean }> {
  const cronSweep = await findCronSweep(cluster, name);
  const now = Math.floor(cli.clock.now() / 1000);
  const spec = resolveWindows(acceptedCronSweep(cronSweep, now), { window }, { providers: PROVIDERS }, now)[0]!;
  const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
  const running = sweepsOf(cronSweep.metadata.name, sweeps).find((sweep) => isOfWindow(sweep, spec.window) && isUnderWay(sweep));
  if (running !== undefined) return { sweep: running, isNew: false };
  return { sweep: await makeSweep(cluster, cronSweep, spec, AS_SCHEDULED, sweeps), isNew: true };
}
