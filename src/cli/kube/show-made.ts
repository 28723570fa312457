import type { SweepObject } from "../../controller/resources.ts";
import { COMMAND_EXIT } from "../../model/exit-codes.ts";
import type { Cli } from "../context.ts";
import { paintFor } from "../paint.ts";
import type { Cluster } from "./cluster.ts";
import { exitOf, followSweep } from "./follow.ts";
import type { ObjectOutput } from "./options.ts";
import { printObjects } from "./print-object.ts";
import { renderSweep } from "./sweep-report.ts";

interface Shown {
  readonly wait?: true;
  readonly output: ObjectOutput;
}

/** What a command that made a Sweep prints, and the code that it ends with. */
export async function showMade(cli: Cli, cluster: Cluster, made: { readonly sweep: SweepObject; readonly isNew: boolean }, { wait, output }: Shown): Promise<number> {
  const { sweep, isNew } = made;
  const { name } = sweep.metadata;
  if (output === "text") cli.stderr.write(`sweep.sluice.dev/${name} ${isNew ? "created" : "sweeps this window already"}\n`);
  if (wait !== true) {
    if (output === "text") cli.stdout.write(`How it goes: kubectl sluice status ${name}${namespaceFlag(cluster)} --watch\n`);
    else print(cli, sweep, output);
    return COMMAND_EXIT.done;
  }
  const ended = await followSweep(cli, cluster, sweep);
  if (output === "text") cli.stdout.write(renderSweep(ended, cli.clock.now(), paintFor(cli.stdout, cli)));
  else print(cli, ended, output);
  return exitOf(ended);
}

function print(cli: Cli, sweep: SweepObject, output: Exclude<ObjectOutput, "text">): void {
  cli.stdout.write(output === "name" ? `sweep.sluice.dev/${sweep.metadata.name}\n` : printObjects([sweep], output));
}

function namespaceFlag({ namespace }: Cluster): string {
  return namespace === "default" ? "" : ` -n ${namespace}`;
}
