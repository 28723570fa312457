import type { Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { outputOption, windowOption } from "../cli/shared-options.ts";
import { SWEEPS, type SweepObject } from "../controller/resources.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, OBJECT_OUTPUTS, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { createSweep, showSweep, waitOption } from "./create-sweep.ts";
import { AS_SCHEDULED } from "./draft-sweep.ts";
import { findCronSweep, listAll, isOfWindow, isUnfinished, sweepsOf } from "./find.ts";

interface RunOptions extends ClusterOptions {
  readonly window?: string;
  readonly wait?: true;
  readonly output: ObjectOutput;
}

const EXAMPLES = `
Examples:
  kubectl sluice run ripestat-daily                              the newest window
  kubectl sluice run ripestat-daily --window 2026-11-20 --wait   that day, shown until it has finished
  kubectl sluice run ripestat-daily -o name                      only the name of the Sweep, for scripts

This creates a Sweep of a CronSweep. The CronSweep itself is created by kubectl apply -f FILE.`;

export const addRun: AddCommand = (program, cli, execute) => {
  const command = program
    .command("run")
    .description("Sweep the newest window, or the one named by --window. Creates a Sweep.")
    .argument("<cronsweep>", "its name")
    .addOption(windowOption())
    .addOption(waitOption());
  addClusterOptions(command)
    .addOption(outputOption(OBJECT_OUTPUTS))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => execute(() => run(cli, name, self.optsWithGlobals())));
};

function run(cli: Cli, name: string, options: RunOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await newOrUnfinished(cli, cluster, name, options.window);
    return showSweep(cli, cluster, sweep, options);
  });
}

/** If the window is being swept already, that Sweep is used, so running the command twice creates one Sweep. */
async function newOrUnfinished(cli: Cli, cluster: Cluster, name: string, window: string | undefined): Promise<{ readonly sweep: SweepObject; readonly isNew: boolean }> {
  const cronSweep = await findCronSweep(cluster, name);
  const now = Math.floor(cli.clock.now() / 1000);
  const spec = resolveWindows(acceptedCronSweep(cronSweep, now), { window }, now)[0]!;
  const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
  const running = sweepsOf(cronSweep.metadata.name, sweeps).find((sweep) => isOfWindow(sweep, spec.window) && isUnfinished(sweep));
  if (running !== undefined) return { sweep: running, isNew: false };
  return { sweep: await createSweep(cluster, cronSweep, spec, AS_SCHEDULED, sweeps), isNew: true };
}
