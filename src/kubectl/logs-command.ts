import type { Command } from "commander";
import { readableLine } from "../cli/log-line.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { readCount } from "../cli/shared-options.ts";
import { SWEEPS, type SweepObject } from "../controller/resources.ts";
import { PODS, type Pod } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, objectOutputOption, type ClusterOptions } from "./cluster.ts";
import { findSweep, listAll } from "./find.ts";
import { isOver } from "./follow.ts";
import { hasLog, inOrder, readLog, selectorOf, workOf } from "./pod-log.ts";

interface LogsOptions extends ClusterOptions {
  readonly batch?: number;
  readonly follow?: true;
  readonly output?: "text" | "json";
}

const POLL_SECONDS = 2;

/** Of one Sweep, and beside its pod. */
const SAID_BY_POD = ["dataset", "namespace", "sweep", "sweepUid", "window", "pass", "round", "batch"];

const EXAMPLES = `
Examples:
  kubectl sluice logs ripestat-daily-20261120              of the pods that are there
  kubectl sluice logs ripestat-daily-20261120 --follow     until the sweep is over, those that come included
  kubectl sluice logs ripestat-daily-20261120 --batch 12
  kubectl sluice logs ripestat-daily-20261120 | jq .msg    JSON, as it was written

Pods of batches that were counted are removed, so what is over is told by kubectl sluice status and kubectl describe.`;

export const addLogs: AddCommand = (program, cli, act) => {
  const command = program
    .command("logs")
    .description("Show what the pods of a Sweep write: readable on a terminal, JSON elsewhere.")
    .argument("<sweep>", "its name")
    .option("--batch <number>", "only this batch", readCount)
    .option("-f, --follow", "go on until the sweep is over");
  addClusterOptions(command)
    .addOption(objectOutputOption(["text", "json"]).default(undefined, "text on a terminal, json elsewhere"))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => act(() => logs(cli, name, self.optsWithGlobals())));
};

function logs(cli: Cli, name: string, options: LogsOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await findSweep(cluster, name);
    const write = writerFor(cli, options.output ?? (cli.stdout.isTerminal ? "text" : "json"));
    const shown = options.follow === true ? await follow(cli, cluster, sweep, options, write) : await showAll(cli, cluster, sweep, options, write);
    if (shown === 0) cli.stderr.write(noneText(sweep, options));
    return COMMAND_EXIT.done;
  });
}

type Write = (work: string, line: string) => void;

function writerFor(cli: Cli, output: "text" | "json"): Write {
  if (output === "json") return (_, line) => cli.stdout.write(`${line}\n`);
  const paint = paintFor(cli.stdout, cli);
  return (work, line) => cli.stdout.write(`${paint.strong(work.padEnd(6))} ${readableLine(line, paint, SAID_BY_POD)}\n`);
}

/** One after the other. */
async function showAll(cli: Cli, cluster: Cluster, sweep: SweepObject, options: LogsOptions, write: Write): Promise<number> {
  const pods = await podsOf(cluster, sweep, options);
  for (const pod of pods) await readLog(cluster.client, pod, false, cli.signal, (line) => write(workOf(pod), line));
  return pods.length;
}

/** All at once, those that come meanwhile too, until the sweep is over and the last has ended. */
async function follow(cli: Cli, cluster: Cluster, sweep: SweepObject, options: LogsOptions, write: Write): Promise<number> {
  const followed = new Map<string, Promise<void>>();
  for (;;) {
    const { namespace, name } = sweep.metadata;
    const now = await cluster.client.get(SWEEPS, namespace === undefined ? { name } : { namespace, name }, { signal: cli.signal });
    for (const pod of await podsOf(cluster, sweep, options)) {
      if (followed.has(pod.metadata.uid)) continue;
      followed.set(pod.metadata.uid, readLog(cluster.client, pod, true, cli.signal, (line) => write(workOf(pod), line)));
    }
    if (now === null || isOver(now)) break;
    // A log that breaks ends the command by its own error, and not while nobody looks.
    await Promise.race([cli.clock.sleep(POLL_SECONDS * 1000, cli.signal), brokenOf(followed)]);
    cli.signal.throwIfAborted();
  }
  await Promise.all(followed.values());
  return followed.size;
}

/** Never fulfilled: only rejected, with the first of them that is. */
function brokenOf(followed: ReadonlyMap<string, Promise<void>>): Promise<never> {
  return new Promise((_, reject) => {
    for (const one of followed.values()) one.catch(reject);
  });
}

async function podsOf({ client, namespace }: Cluster, { metadata }: SweepObject, { batch }: LogsOptions): Promise<Pod[]> {
  const pods = await listAll(client, PODS, namespace, selectorOf(metadata.name));
  return inOrder(pods.filter((pod) => hasLog(pod) && (batch === undefined || workOf(pod) === `b${batch}`)));
}

function noneText({ metadata, status }: SweepObject, { batch }: LogsOptions): string {
  const what = batch === undefined ? `the Sweep ${metadata.name}` : `batch ${batch} of the Sweep ${metadata.name}`;
  const why = status?.phase === undefined ? "it has not begun" : "pods that have ended are removed when they were counted";
  return `There is no pod of ${what} with a log: ${why}.\n`;
}
