import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { CRON_SWEEPS, PAUSED_ANNOTATION, SWEEPS } from "../controller/resources.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions } from "./cluster.ts";
import { findEither, type Found } from "./find.ts";

/** `pause` or `resume`: the patch that it makes, and what it says. */
interface PauseCommand {
  readonly name: string;
  readonly description: string;
  readonly patch: object;
  readonly done: string;
  /** What it means for each of the two kinds. */
  readonly effect: Readonly<Record<Found["kind"], string>>;
  readonly help: string;
}

export const addPause = addPauseCommand({
  name: "pause",
  description: "Start no new batches and no new sweeps until resume.",
  patch: { metadata: { annotations: { [PAUSED_ANNOTATION]: "true" } } },
  done: "paused",
  effect: {
    CronSweep: "No new sweep starts, and its sweeps start no new batch. Batches that run finish.",
    Sweep: "No new batch starts. Batches that run finish.",
  },
  help: `
Examples:
  kubectl sluice pause ripestat-daily            the CronSweep and all its Sweeps
  kubectl sluice pause ripestat-daily-20261120   this Sweep only

It sets the annotation ${PAUSED_ANNOTATION} and leaves the spec as it is in Git.`,
});

export const addResume = addPauseCommand({
  name: "resume",
  description: "Undo pause, and spec.suspend.",
  patch: { metadata: { annotations: { [PAUSED_ANNOTATION]: null } }, spec: { suspend: false } },
  done: "resumed",
  effect: { CronSweep: "Windows missed in the meantime are caught up.", Sweep: "It goes on with what is not settled." },
  help: `
Examples:
  kubectl sluice resume ripestat-daily`,
});

function addPauseCommand({ name: verb, description, patch, done, effect, help }: PauseCommand): AddCommand {
  return (program, cli, execute) => {
    const command = program.command(verb).description(description).argument("<cronsweep-or-sweep>", "its name");
    addClusterOptions(command)
      .addHelpText("after", help)
      .action((name: string, _: unknown, self: Command) => {
        const options: ClusterOptions = self.optsWithGlobals();
        return execute(() => withCluster(cli, options, (cluster) => applyPatch(cli, cluster, name, { patch, done, effect })));
      });
  };
}

async function applyPatch(cli: Cli, cluster: Cluster, named: string, { patch, done, effect }: Pick<PauseCommand, "patch" | "done" | "effect">): Promise<number> {
  const found = await findEither(cluster, named);
  const { name } = found.object.metadata;
  const key = { namespace: cluster.namespace, name };
  await (found.kind === "CronSweep" ? cluster.client.mergePatch(CRON_SWEEPS, key, patch) : cluster.client.mergePatch(SWEEPS, key, patch));
  cli.stdout.write(`${found.kind.toLowerCase()}.sluice.dev/${name} ${done}. ${effect[found.kind]}\n`);
  if (done === "resumed") await warnIfStillPaused(cli, cluster, found);
  return COMMAND_EXIT.done;
}

/** A Sweep stays paused as long as its CronSweep is. */
async function warnIfStillPaused(cli: Cli, { client, namespace }: Cluster, found: Found): Promise<void> {
  const owner = found.kind === "Sweep" ? found.object.spec.cronSweepRef?.name : undefined;
  if (owner === undefined) return;
  const cronSweep = await client.get(CRON_SWEEPS, { namespace, name: owner });
  if (cronSweep?.metadata.annotations?.[PAUSED_ANNOTATION] !== "true") return;
  cli.stderr.write(`Its CronSweep ${owner} is still paused, and so is this Sweep until you run: kubectl sluice resume ${owner}\n`);
}
