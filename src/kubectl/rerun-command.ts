import { InvalidArgumentError, Option, type Command } from "commander";
import { resolveWindows } from "../cli/choose-windows.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { SWEEPS, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import { DEFAULTS } from "../model/defaults.ts";
import { SpecError } from "../model/errors.ts";
import { parseMemory } from "../model/quantity.ts";
import { STATES, type StateOrMissing } from "../model/states.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { acceptedCronSweep } from "./accepted.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { type SweepWish, draftAgain } from "./draft-sweep.ts";
import { findCronSweep, findEither, listAll, isOfWindow, isUnderWay, sweepsOf } from "./find.ts";
import { makeSweep, showMade, createFree } from "./show-made.ts";

interface RerunOptions extends ClusterOptions {
  readonly window?: string;
  readonly state?: readonly StateOrMissing[];
  readonly all?: true;
  readonly replace?: true;
  readonly target?: readonly string[];
  readonly memory?: number;
  readonly wait?: true;
  readonly output: ObjectOutput;
}

const EXAMPLES = `
Examples:
  kubectl sluice rerun ripestat-daily-20261120                                     what that Sweep left undone
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --state failed           only what failed that day
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --target AS3333 --memory 1Gi
  kubectl sluice rerun ripestat-daily --window 2026-11-20 --all --wait             everything once more

A settled answer is replaced only by a settled one that holds no fewer matches, unless --replace is given.`;

export const addRerun: AddCommand = (program, cli, act) => {
  const command = program
    .command("rerun")
    .description("Ask again: by state, window and target, with more memory if it takes that. Makes a Sweep.")
    .argument("<cronsweep-or-sweep>", "a CronSweep, or a Sweep whose window is asked again")
    .option("--window <start>", "the window of a CronSweep that starts then, in UTC (default: the newest that has settled)")
    .addOption(new Option("--state <state...>", "targets in these states (default: all that are not settled)").choices(STATES).conflicts("all"))
    .option("--all", "settled targets too")
    .option("--replace", "let an answer that holds fewer matches replace a settled one")
    .option("--target <name...>", "only these targets")
    .option("--memory <amount>", "memory of a batch, such as 512Mi", readMemory)
    .option("--wait", "show it until it is over, and end with its exit code");
  addClusterOptions(command)
    .addOption(objectOutputOption(["text", "name", "json", "yaml"]))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => act(() => rerun(cli, name, self.optsWithGlobals())));
};

function rerun(cli: Cli, name: string, options: RerunOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await remade(cli, cluster, name, options);
    return showMade(cli, cluster, { sweep, isNew: true }, options);
  });
}

async function remade(cli: Cli, cluster: Cluster, name: string, options: RerunOptions): Promise<SweepObject> {
  const found = await findEither(cluster, name);
  const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
  if (found.kind === "CronSweep") return rerunWindow(cli, cluster, found.object, sweeps, options.window, options);
  if (options.window !== undefined) throw new SpecError(`The Sweep ${name} names its window itself: --window is for a CronSweep.`);
  const { cronSweepRef, window } = found.object.spec;
  if (cronSweepRef === undefined) return againSweep(cluster, found.object, sweeps, wishOf(options));
  return rerunWindow(cli, cluster, await findCronSweep(cluster, cronSweepRef.name), sweeps, window.start, options);
}

async function rerunWindow(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, sweeps: readonly SweepObject[], window: string | undefined, options: RerunOptions): Promise<SweepObject> {
  const now = Math.floor(cli.clock.now() / 1000);
  const spec = resolveWindows(acceptedCronSweep(cronSweep, now), { window }, { providers: PROVIDERS }, now)[0]!;
  const running = sweepsOf(cronSweep.metadata.name, sweeps).find((sweep) => isOfWindow(sweep, spec.window) && isUnderWay(sweep));
  if (running !== undefined) throw new SpecError(`The Sweep ${running.metadata.name} is at this window just now: wait for it, or delete it first.`);
  return makeSweep(cluster, cronSweep, spec, wishOf(options), sweeps);
}

function wishOf({ state, all, replace, target, memory }: RerunOptions): SweepWish {
  if (replace === true && all !== true) throw new SpecError("--replace goes with --all: without it no settled target is asked.");
  return { states: all === true ? "all" : (state ?? "incomplete"), targets: target, memoryBytes: memory, replace: replace === true };
}

function readMemory(text: string): number {
  const bytes = parseMemory(text);
  if (bytes === null) throw new InvalidArgumentError("An amount like 512Mi or 1Gi is wanted.");
  return bytes;
}

/** A Sweep that names no CronSweep, once more, under its name with a number behind it. */
export async function againSweep(cluster: Cluster, sweep: SweepObject, sweeps: readonly SweepObject[], wish: SweepWish): Promise<SweepObject> {
  const { name } = sweep.metadata;
  if (isUnderWay(sweep)) throw new SpecError(`The Sweep ${name} is at work just now: wait for it, or delete it first.`);
  if (wish.targets !== undefined) throw new SpecError(`The Sweep ${name} names its targets itself, and no CronSweep: make another with targets.list and the same dataset.`);
  const most = parseMemory(sweep.spec.batch?.memoryMax ?? DEFAULTS.batch.memoryMax)!;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  return createFree(cluster, taken, () => draftAgain(sweep, most, wish, freeName(name, taken)));
}

/** "again" → "again-2", "again-2" → "again-3"; 52 characters are the most. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/-[1-9][0-9]{0,2}$/, "").slice(0, 48).replace(/-+$/, "");
  let turn = 2;
  while (taken.has(`${base}-${turn}`)) turn += 1;
  return `${base}-${turn}`;
}
