import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor, type Paint } from "../cli/paint.ts";
import { outputOption } from "../cli/shared-options.ts";
import { fit, Redraw } from "../cli/view/redraw.ts";
import { CRON_SWEEPS, SWEEPS, type SweepObject } from "../controller/resources.ts";
import type { KubeObject } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { renderCronSweep } from "./cron-sweep-report.ts";
import { findEither, listAll, sweepsOf } from "./find.ts";
import { isFinal } from "./follow.ts";
import { printObjects } from "./create-sweep.ts";
import { renderSweep } from "./sweep-report.ts";
import { renderCronSweeps, renderSweeps } from "./sweeps-table.ts";

interface StatusOptions extends ClusterOptions {
  readonly watch?: true;
  readonly output: Exclude<ObjectOutput, "name">;
}

const POLL_SECONDS = 1;

const EXAMPLES = `
Examples:
  kubectl sluice status                                   the CronSweeps and Sweeps of the namespace
  kubectl sluice status ripestat-daily                    its windows and its Sweeps
  kubectl sluice status ripestat-daily-20261120 --watch   until it has finished
  kubectl sluice status sweep/again                       the Sweep, if a CronSweep has the same name
  kubectl sluice status ripestat-daily-20261120 -o json | jq .status.verdict`;

export const addStatus: AddCommand = (program, cli, execute) => {
  const command = program
    .command("status")
    .description("Show the CronSweeps and Sweeps of the namespace, or one of them in detail.")
    .argument("[cronsweep-or-sweep]", "its name (default: all in the namespace)")
    .option("-w, --watch", "keep showing it; a Sweep until it has finished");
  addClusterOptions(command)
    .addOption(outputOption(["text", "json", "yaml"]))
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, _: unknown, self: Command) => execute(() => status(cli, name, self.optsWithGlobals())));
};

function status(cli: Cli, name: string | undefined, { watch, output, ...options }: StatusOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const readView = (): Promise<View> => (name === undefined ? viewOfAll(cluster) : viewOf(cluster, name));
    if (watch === true && output === "text") return watchView(cli, readView);
    const view = await readView();
    cli.stdout.write(output === "text" ? view.text(cli.clock.now(), paintFor(cli.stdout, cli)) : printObjects(view.objects, output));
    return COMMAND_EXIT.done;
  });
}

/** The objects, and their text for a person. */
interface View {
  readonly objects: readonly KubeObject[];
  readonly isFinal: boolean;
  text(now: number, paint: Paint): string;
}

async function viewOfAll({ client, namespace }: Cluster): Promise<View> {
  const cronSweeps = await listAll(client, CRON_SWEEPS, namespace);
  const sweeps = newestFirst(await listAll(client, SWEEPS, namespace));
  const text = (now: number, paint: Paint): string => {
    if (cronSweeps.length + sweeps.length === 0) return `No CronSweeps and no Sweeps in the namespace ${namespace}.\n`;
    return [cronSweeps.length === 0 ? "" : renderCronSweeps(cronSweeps, now, paint), sweeps.length === 0 ? "" : renderSweeps(sweeps, now, paint)].filter((part) => part !== "").join("\n");
  };
  return { objects: [...cronSweeps, ...sweeps], isFinal: false, text };
}

async function viewOf(cluster: Cluster, name: string): Promise<View> {
  const found = await findEither(cluster, name);
  if (found.kind === "Sweep") return { objects: [found.object], isFinal: isFinal(found.object), text: (now, paint) => renderSweep(found.object, now, paint) };
  const sweeps = newestFirst(sweepsOf(found.object.metadata.name, await listAll(cluster.client, SWEEPS, cluster.namespace)));
  return { objects: [found.object], isFinal: false, text: (now, paint) => renderCronSweep(found.object, sweeps, now, paint) };
}

/** Redraws in place on a terminal. Elsewhere prints the whole text each time an object has changed. */
async function watchView(cli: Cli, readView: () => Promise<View>): Promise<number> {
  const screen = new Redraw(cli.stdout);
  const paint = paintFor(cli.stdout, cli);
  let written = "";
  for (;;) {
    const view = await readView();
    const version = view.objects.map(({ metadata }) => metadata.resourceVersion).join(" ");
    const text = view.text(cli.clock.now(), paint);
    if (cli.stdout.isTerminal) screen.draw(text.trimEnd().split("\n").map((line) => fit(line, cli.stdout.columns)));
    else if (version !== written) cli.stdout.write(text);
    written = version;
    if (view.isFinal) return COMMAND_EXIT.done;
    await cli.clock.sleep(POLL_SECONDS * 1000, cli.signal);
    cli.signal.throwIfAborted();
  }
}

function newestFirst(sweeps: readonly SweepObject[]): SweepObject[] {
  return sweeps.toSorted((one, other) => (other.metadata.creationTimestamp ?? "").localeCompare(one.metadata.creationTimestamp ?? "") || other.metadata.name.localeCompare(one.metadata.name));
}
