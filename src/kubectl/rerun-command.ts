import type { Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { addSelectionOptions, outputOption, selectionOf, windowOption, type RerunSelection, type SelectionOptions } from "../cli/shared-options.ts";
import { SWEEPS, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import { DEFAULTS } from "../model/defaults.ts";
import { SpecError } from "../model/errors.ts";
import { parseMemory } from "../model/quantity.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, OBJECT_OUTPUTS, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { createSweep, createUnderFreeName, showSweep, waitOption } from "./create-sweep.ts";
import { draftStandalone } from "./draft-sweep.ts";
import { findCronSweep, findEither, listAll, isOfWindow, isUnfinished, sweepsOf } from "./find.ts";

interface RerunOptions extends ClusterOptions, SelectionOptions {
  readonly window?: string;
  readonly wait?: true;
  readonly output: ObjectOutput;
}

const EXAMPLES = `
Examples:
  kubectl sluice rerun ripestat-daily-20261120                                     what that Sweep left unsettled
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --state failed           only what failed that day
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --target AS3333 --memory 1Gi
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --all --wait             every target again

A settled answer is only replaced by a settled one with at least as many matches, unless --replace is given.`;

export const addRerun: AddCommand = (program, cli, execute) => {
  const command = program
    .command("rerun")
    .description("Ask selected targets again, by state, window or name. Creates a Sweep.")
    .argument("<cronsweep-or-sweep>", "a CronSweep, or a Sweep whose window is asked again")
    .addOption(windowOption());
  addClusterOptions(addSelectionOptions(command).addOption(waitOption()))
    .addOption(outputOption(OBJECT_OUTPUTS))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => execute(() => rerun(cli, name, self.optsWithGlobals())));
};

function rerun(cli: Cli, name: string, options: RerunOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await createRerun(cli, cluster, name, options);
    return showSweep(cli, cluster, { sweep, isNew: true }, options);
  });
}

async function createRerun(cli: Cli, cluster: Cluster, name: string, options: RerunOptions): Promise<SweepObject> {
  const found = await findEither(cluster, name);
  const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
  if (found.kind === "CronSweep") return rerunWindow(cli, cluster, found.object, sweeps, options.window, options);
  if (options.window !== undefined) throw new SpecError(`The Sweep ${name} names its own window: --window is only for a CronSweep.`);
  const { cronSweepRef, window } = found.object.spec;
  if (cronSweepRef === undefined) return rerunStandalone(cluster, found.object, sweeps, checkedSelection(options));
  return rerunWindow(cli, cluster, await findCronSweep(cluster, cronSweepRef.name), sweeps, window.start, options);
}

async function rerunWindow(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, sweeps: readonly SweepObject[], window: string | undefined, options: RerunOptions): Promise<SweepObject> {
  const now = Math.floor(cli.clock.now() / 1000);
  const spec = resolveWindows(acceptedCronSweep(cronSweep, now), { window }, now)[0]!;
  const running = sweepsOf(cronSweep.metadata.name, sweeps).find((sweep) => isOfWindow(sweep, spec.window) && isUnfinished(sweep));
  if (running !== undefined) throw new SpecError(`The Sweep ${running.metadata.name} is sweeping this window: wait until it has finished, or delete it.`);
  return createSweep(cluster, cronSweep, spec, checkedSelection(options), sweeps);
}

/** `--replace` only concerns settled targets, and only `--all` asks those again. */
function checkedSelection(options: SelectionOptions): RerunSelection {
  if (options.replace === true && options.all !== true) throw new SpecError("--replace needs --all: without it no settled target is asked.");
  return selectionOf(options);
}

/** A Sweep without a CronSweep, again, under its name with a number added. */
async function rerunStandalone(cluster: Cluster, sweep: SweepObject, sweeps: readonly SweepObject[], selection: RerunSelection): Promise<SweepObject> {
  const { name } = sweep.metadata;
  if (isUnfinished(sweep)) throw new SpecError(`The Sweep ${name} has not finished: wait until it has, or delete it.`);
  if (selection.targets !== undefined) throw new SpecError(`The Sweep ${name} refers to no CronSweep, so --target cannot narrow its list: create a Sweep with targets.list and the same dataset.`);
  const most = parseMemory(sweep.spec.batch?.memoryMax ?? DEFAULTS.batch.memoryMax)!;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  return createUnderFreeName(cluster, taken, () => draftStandalone(sweep, most, selection, freeName(name, taken)));
}

/** "again" → "again-2", "again-2" → "again-3". A Sweep's name has at most 52 characters. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/-[1-9][0-9]{0,2}$/, "").slice(0, 48).replace(/-+$/, "");
  let turn = 2;
  while (taken.has(`${base}-${turn}`)) turn += 1;
  return `${base}-${turn}`;
}
