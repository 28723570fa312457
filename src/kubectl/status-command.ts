import type { Command } from "commander";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor, type Paint } from "../cli/paint.ts";
import { fit, Redraw } from "../cli/view/redraw.ts";
import { CRON_SWEEPS, SWEEPS, type SweepObject } from "../controller/resources.ts";
import type { KubeObject } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions, type ObjectOutput } from "./cluster.ts";
import { renderCronSweep } from "./cron-sweep-report.ts";
import { findEither, listAll, sweepsOf } from "./find.ts";
import { isOver } from "./follow.ts";
import { printObjects } from "./show-made.ts";
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
  kubectl sluice status ripestat-daily-20261120 --watch   until it is over
  kubectl sluice status sweep/again                       the Sweep, where a CronSweep has the same name
  kubectl sluice status ripestat-daily-20261120 -o json | jq .status.verdict`;

export const addStatus: AddCommand = (program, cli, act) => {
  const command = program
    .command("status")
    .description("Show how CronSweeps and Sweeps go, with what kubectl get leaves out.")
    .argument("[cronsweep-or-sweep]", "its name (default: all of the namespace)")
    .option("-w, --watch", "go on showing it; a Sweep until it is over");
  addClusterOptions(command)
    .addOption(objectOutputOption())
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, _: unknown, self: Command) => act(() => status(cli, name, self.optsWithGlobals())));
};

function status(cli: Cli, name: string | undefined, { watch, output, ...options }: StatusOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const look = (): Promise<View> => (name === undefined ? viewOfAll(cluster) : viewOf(cluster, name));
    if (watch === true && output === "text") return watchIt(cli, look);
    const view = await look();
    cli.stdout.write(output === "text" ? view.text(cli.clock.now(), paintFor(cli.stdout, cli)) : printObjects(view.objects, output));
    return COMMAND_EXIT.done;
  });
}

/** What was found, and how a person reads it. */
interface View {
  readonly objects: readonly KubeObject[];
  readonly isOver: boolean;
  text(now: number, paint: Paint): string;
}

async function viewOfAll({ client, namespace }: Cluster): Promise<View> {
  const cronSweeps = await listAll(client, CRON_SWEEPS, namespace);
  const sweeps = newestFirst(await listAll(client, SWEEPS, namespace));
  const text = (now: number, paint: Paint): string => {
    if (cronSweeps.length + sweeps.length === 0) return `There is no CronSweep and no Sweep in the namespace ${namespace}.\n`;
    return [cronSweeps.length === 0 ? "" : renderCronSweeps(cronSweeps, now, paint), sweeps.length === 0 ? "" : renderSweeps(sweeps, now, paint)].filter((part) => part !== "").join("\n");
  };
  return { objects: [...cronSweeps, ...sweeps], isOver: false, text };
}

async function viewOf(cluster: Cluster, name: string): Promise<View> {
  const found = await findEither(cluster, name);
  if (found.kind === "Sweep") return { objects: [found.object], isOver: isOver(found.object), text: (now, paint) => renderSweep(found.object, now, paint) };
  const sweeps = newestFirst(sweepsOf(found.object.metadata.name, await listAll(cluster.client, SWEEPS, cluster.namespace)));
  return { objects: [found.object], isOver: false, text: (now, paint) => renderCronSweep(found.object, sweeps, now, paint) };
}

/** Drawn in place on a terminal; elsewhere again whenever something has changed. */
async function watchIt(cli: Cli, look: () => Promise<View>): Promise<number> {
  const screen = new Redraw(cli.stdout);
  const paint = paintFor(cli.stdout, cli);
  let written = "";
  for (;;) {
    const view = await look();
    const version = view.objects.map(({ metadata }) => metadata.resourceVersion).join(" ");
    const text = view.text(cli.clock.now(), paint);
    if (cli.stdout.isTerminal) screen.draw(text.trimEnd().split("\n").map((line) => fit(line, cli.stdout.columns)));
    else if (version !== written) cli.stdout.write(text);
    written = version;
    if (view.isOver) return COMMAND_EXIT.done;
    await cli.clock.sleep(POLL_SECONDS * 1000, cli.signal);
    cli.signal.throwIfAborted();
  }
}

function newestFirst(sweeps: readonly SweepObject[]): SweepObject[] {
  return sweeps.toSorted((one, other) => (other.metadata.creationTimestamp ?? "").localeCompare(one.metadata.creationTimestamp ?? "") || other.metadata.name.localeCompare(one.metadata.name));
}
