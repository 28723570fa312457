import { stringify } from "yaml";
import type { Cli } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { type SweepObject, SWEEPS, type CronSweepObject } from "../controller/resources.ts";
import { nextTurn, sweepName, turnOf } from "../decide/cron-sweep/sweep-name.ts";
import { isAlreadyThere } from "../kube/api-error.ts";
import { type Draft, withoutManagedFields, type KubeObject } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { Cluster, ObjectOutput } from "./cluster.ts";
import { draftSweep, type SweepWish } from "./draft-sweep.ts";
import { turnsOf } from "./find.ts";
import { exitOf, followSweep } from "./follow.ts";
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

/** Makes a CronSweep's next Sweep of a window, under the first name that is free. `sweeps` are those that are there. */
export async function makeSweep(cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec, wish: SweepWish, sweeps: readonly SweepObject[]): Promise<SweepObject> {
  const { name } = cronSweep.metadata;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  const had = Math.max(turnsOf(cronSweep, spec.window), ...[...taken].map((one) => turnOf(one, name, spec.window)));
  const isTaken = (one: string): boolean => taken.has(one);
  return createFree(cluster, taken, () => {
    const turn = nextTurn(had, name, spec.window, isTaken);
    return draftSweep(cronSweep, spec, wish, sweepName(name, spec.window, turn));
  });
}

/** Somebody else may take a name between the look and the making: then the next one is tried. */
export async function createFree({ client }: Cluster, taken: Set<string>, draft: () => Draft<SweepObject>): Promise<SweepObject> {
  for (;;) {
    const next = draft();
    try {
      return await client.create(SWEEPS, next);
    } catch (error) {
      if (!isAlreadyThere(error) || next.metadata.name === undefined || taken.has(next.metadata.name)) throw error;
      taken.add(next.metadata.name);
    }
  }
}

/** As `kubectl get -o` prints it: several as a List. */
export function printObjects(objects: readonly KubeObject[], output: "json" | "yaml"): string {
  const clean = objects.map((object) => withoutManagedFields(object));
  const printed = clean.length === 1 ? clean[0] : { apiVersion: "v1", kind: "List", items: clean };
  return output === "yaml" ? stringify(printed) : `${JSON.stringify(printed, null, 2)}\n`;
}
