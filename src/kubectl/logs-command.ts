import type { Command } from "commander";
import { readableLine } from "../cli/log-line.ts";
import type { Cli, AddCommand } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { outputOption, readCount } from "../cli/shared-options.ts";
import { SWEEPS, type SweepObject } from "../controller/resources.ts";
import { PODS, type Pod } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { withCluster, type Cluster, addClusterOptions, type ClusterOptions } from "./cluster.ts";
import { findSweep, listAll } from "./find.ts";
import { isFinal } from "./follow.ts";
import { hasLog, inOrder, readLog, selectorOf, labelOf } from "./pod-log.ts";

interface LogsOptions extends ClusterOptions {
  readonly batch?: number;
  readonly follow?: true;
  readonly output?: "text" | "json";
}

const POLL_SECONDS = 2;

/** Fields left out of readable lines: they are the same for the whole Sweep, or stand in front of the line. */
const KNOWN_FIELDS = ["dataset", "namespace", "sweep", "sweepUid", "window", "pass", "round", "batch"];

const EXAMPLES = `
Examples:
  kubectl sluice logs ripestat-daily-20261120              the pods that exist
  kubectl sluice logs ripestat-daily-20261120 --follow     new pods too, until the sweep has finished
  kubectl sluice logs ripestat-daily-20261120 --batch 12
  kubectl sluice logs ripestat-daily-20261120 | jq .msg    JSON, as the pods wrote it

The pods of finished batches are deleted. What happened to those batches: kubectl sluice status, and kubectl describe sweep.`;

export const addLogs: AddCommand = (program, cli, execute) => {
  const command = program
    .command("logs")
    .description("Show the logs of a Sweep's pods: readable on a terminal, JSON elsewhere.")
    .argument("<sweep>", "its name")
    .option("--batch <number>", "only this batch", readCount)
    .option("-f, --follow", "keep going until the sweep has finished");
  addClusterOptions(command)
    .addOption(outputOption().default(undefined, "text on a terminal, json elsewhere"))
    .addHelpText("after", EXAMPLES)
    .action((name: string, _: unknown, self: Command) => execute(() => logs(cli, name, self.optsWithGlobals())));
};

function logs(cli: Cli, name: string, options: LogsOptions): Promise<number> {
  return withCluster(cli, options, async (cluster) => {
    const sweep = await findSweep(cluster, name);
    const write = writerFor(cli, options.output ?? (cli.stdout.isTerminal ? "text" : "json"));
    const shown = options.follow === true ? await follow(cli, cluster, sweep, options, write) : await showAll(cli, cluster, sweep, options, write);
    if (shown === 0) cli.stderr.write(noLogText(sweep, options));
    return COMMAND_EXIT.done;
  });
}

type Write = (label: string, line: string) => void;

function writerFor(cli: Cli, output: "text" | "json"): Write {
  if (output === "json") return (_, line) => cli.stdout.write(`${line}\n`);
  const paint = paintFor(cli.stdout, cli);
  return (label, line) => cli.stdout.write(`${paint.strong(label.padEnd(6))} ${readableLine(line, paint, KNOWN_FIELDS)}\n`);
}

async function showAll(cli: Cli, cluster: Cluster, sweep: SweepObject, options: LogsOptions, write: Write): Promise<number> {
  const pods = await podsOf(cluster, sweep, options);
  for (const pod of pods) await readLog(cluster.client, pod, false, cli.signal, (line) => write(labelOf(pod), line));
  return pods.length;
}

/** Follows all pods at once, new ones too, until the sweep and its last pod have finished. Returns how many pods there were. */
async function follow(cli: Cli, cluster: Cluster, sweep: SweepObject, options: LogsOptions, write: Write): Promise<number> {
  const followed = new Map<string, Promise<void>>();
  for (;;) {
    const { namespace, name } = sweep.metadata;
    const now = await cluster.client.get(SWEEPS, namespace === undefined ? { name } : { namespace, name }, { signal: cli.signal });
    for (const pod of await podsOf(cluster, sweep, options)) {
      if (followed.has(pod.metadata.uid)) continue;
      followed.set(pod.metadata.uid, readLog(cluster.client, pod, true, cli.signal, (line) => write(labelOf(pod), line)));
    }
    if (now === null || isFinal(now)) break;
    // A log that fails must reject here: without a handler its rejection would crash the process.
    await Promise.race([cli.clock.sleep(POLL_SECONDS * 1000, cli.signal), firstFailure(followed)]);
    cli.signal.throwIfAborted();
  }
  await Promise.all(followed.values());
  return followed.size;
}

/** Never resolves; rejects as soon as one of the logs fails. */
function firstFailure(followed: ReadonlyMap<string, Promise<void>>): Promise<never> {
  return new Promise((_, reject) => {
    for (const one of followed.values()) one.catch(reject);
  });
}

async function podsOf({ client, namespace }: Cluster, { metadata }: SweepObject, { batch }: LogsOptions): Promise<Pod[]> {
  const pods = await listAll(client, PODS, namespace, selectorOf(metadata.name));
  return inOrder(pods.filter((pod) => hasLog(pod) && (batch === undefined || labelOf(pod) === `b${batch}`)));
}

function noLogText({ metadata, status }: SweepObject, { batch }: LogsOptions): string {
  const owner = batch === undefined ? `the Sweep ${metadata.name}` : `batch ${batch} of the Sweep ${metadata.name}`;
  const why = status?.phase === undefined ? "it has not started" : "pods are deleted once their batch has been counted";
  return `No pod of ${owner} has a log: ${why}.\n`;
}
