import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { CRON_SWEEPS, PAUSED_ANNOTATION, SWEEPS } from "../controller/resources.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions } from "./cluster.ts";
import { findEither, type Found } from "./find.ts";

/** A way to hold an object, or to let it go. */
interface Hold {
  readonly name: string;
  readonly description: string;
  readonly patch: object;
  readonly done: string;
  /** What that means for each of the two kinds. */
  readonly means: Readonly<Record<Found["kind"], string>>;
  readonly examples: string;
}

const BATCHES_END = "Batches that run go to their end";

export const addPause = addHold({
  name: "pause",
  description: "Stop new requests for the moment, by an annotation: its spec stays as it is in Git.",
  patch: { metadata: { annotations: { [PAUSED_ANNOTATION]: "true" } } },
  done: "paused",
  means: {
    CronSweep: `No new sweep is begun, and its sweeps launch no new batch. ${BATCHES_END}.`,
    Sweep: `No new batch is launched. ${BATCHES_END}.`,
  },
  examples: "kubectl sluice pause ripestat-daily            it and all its sweeps\n  kubectl sluice pause ripestat-daily-20261120   this one only",
});

export const addResume = addHold({
  name: "resume",
  description: "Take back pause, and spec.suspend.",
  patch: { metadata: { annotations: { [PAUSED_ANNOTATION]: null } }, spec: { suspend: false } },
  done: "resumed",
  means: { CronSweep: "Windows that were missed meanwhile are caught up.", Sweep: "What is left is asked." },
  examples: "kubectl sluice resume ripestat-daily",
});

function addHold({ name: verb, description, patch, done, means, examples }: Hold): AddCommand {
  return (program, cli, act) => {
    const command = program.command(verb).description(description).argument("<cronsweep-or-sweep>", "its name");
    addClusterOptions(command)
      .addHelpText("after", `\nExamples:\n  ${examples}`)
      .action((name: string, _: unknown, self: Command) => {
        const options: ClusterOptions = self.optsWithGlobals();
        return act(() => withCluster(cli, options, (cluster) => hold(cli, cluster, name, { patch, done, means })));
      });
  };
}

async function hold(cli: Cli, cluster: Cluster, wanted: string, { patch, done, means }: Pick<Hold, "patch" | "done" | "means">): Promise<number> {
  const found = await findEither(cluster, wanted);
  const { name } = found.object.metadata;
  const key = { namespace: cluster.namespace, name };
  await (found.kind === "CronSweep" ? cluster.client.mergePatch(CRON_SWEEPS, key, patch) : cluster.client.mergePatch(SWEEPS, key, patch));
  cli.stdout.write(`${found.kind.toLowerCase()}.sluice.dev/${name} ${done}. ${means[found.kind]}\n`);
  if (done === "resumed") await tellWhatHoldsStill(cli, cluster, found);
  return COMMAND_EXIT.done;
}

/** A Sweep is held by its CronSweep's pause, too. */
async function tellWhatHoldsStill(cli: Cli, { client, namespace }: Cluster, found: Found): Promise<void> {
  const owner = found.kind === "Sweep" ? found.object.spec.cronSweepRef?.name : undefined;
  if (owner === undefined) return;
  const cronSweep = await client.get(CRON_SWEEPS, { namespace, name: owner });
  if (cronSweep?.metadata.annotations?.[PAUSED_ANNOTATION] !== "true") return;
  cli.stderr.write(`Its CronSweep ${owner} is paused still, and that holds it: kubectl sluice resume ${owner}\n`);
}
