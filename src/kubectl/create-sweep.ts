import { Option } from "commander";
import { stringify } from "yaml";
import type { Cli } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import type { RerunSelection } from "../cli/shared-options.ts";
import { draftSweep } from "../controller/cron-sweep/draft-sweep.ts";
import { type SweepObject, SWEEPS, type CronSweepObject } from "../controller/resources.ts";
import { nextTurn, sweepName, turnOf } from "../decide/cron-sweep/sweep-name.ts";
import { isAlreadyExists } from "../kube/api-error.ts";
import { type Draft, withoutManagedFields, type KubeObject } from "../kube/object.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { Cluster, ObjectOutput } from "./cluster.ts";
import { selectionSpec } from "./draft-sweep.ts";
import { turnsOf } from "./find.ts";
import { exitCodeOf, followSweep } from "./follow.ts";
import { renderSweep } from "./sweep-report.ts";

/** Creates a CronSweep's next Sweep of a window, under the first free name. `sweeps` are the Sweeps that exist. */
export async function createSweep(cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec, selection: RerunSelection, sweeps: readonly SweepObject[]): Promise<SweepObject> {
  const { name } = cronSweep.metadata;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  const lastTurn = Math.max(turnsOf(cronSweep, spec.window), ...[...taken].map((one) => turnOf(one, name, spec.window)));
  const isTaken = (one: string): boolean => taken.has(one);
  return createUnderFreeName(cluster, taken, () => {
    const turn = nextTurn(lastTurn, name, spec.window, isTaken);
    return draftSweep(cronSweep, { name: sweepName(name, spec.window, turn), window: formatMoment(spec.window.start) }, selectionSpec(selection, spec.batch.memoryMaxBytes));
  });
}

/** Somebody else may take a name after `taken` was listed: then the next one is tried. */
export async function createUnderFreeName({ client }: Cluster, taken: Set<string>, draft: () => Draft<SweepObject>): Promise<SweepObject> {
  for (;;) {
    const next = draft();
    try {
      return await client.create(SWEEPS, next);
    } catch (error) {
      if (!isAlreadyExists(error) || next.metadata.name === undefined || taken.has(next.metadata.name)) throw error;
      taken.add(next.metadata.name);
    }
  }
}

interface ShowOptions {
  readonly wait?: true;
  readonly output: ObjectOutput;
}

export function waitOption(): Option {
  return new Option("--wait", "show the sweep until it has finished, and exit with its code");
}

/** Prints what a command that creates a Sweep prints. Returns the exit code. */
export async function showSweep(cli: Cli, cluster: Cluster, { sweep, isNew }: { readonly sweep: SweepObject; readonly isNew: boolean }, { wait, output }: ShowOptions): Promise<number> {
  const { name } = sweep.metadata;
  if (output === "text") cli.stderr.write(`sweep.sluice.dev/${name} ${isNew ? "created" : "is sweeping this window already"}\n`);
  if (wait !== true) {
    if (output === "text") cli.stdout.write(`Watch it: kubectl sluice status ${name}${namespaceFlag(cluster)} --watch\n`);
    else print(cli, sweep, output);
    return COMMAND_EXIT.done;
  }
  const finished = await followSweep(cli, cluster, sweep);
  if (output === "text") cli.stdout.write(renderSweep(finished, cli.clock.now(), paintFor(cli.stdout, cli)));
  else print(cli, finished, output);
  return exitCodeOf(finished);
}

function print(cli: Cli, sweep: SweepObject, output: Exclude<ObjectOutput, "text">): void {
  cli.stdout.write(output === "name" ? `sweep.sluice.dev/${sweep.metadata.name}\n` : printObjects([sweep], output));
}

function namespaceFlag({ namespace }: Cluster): string {
  return namespace === "default" ? "" : ` -n ${namespace}`;
}

/** As `kubectl get -o` prints them: several as a List. */
export function printObjects(objects: readonly KubeObject[], output: "json" | "yaml"): string {
  const clean = objects.map((object) => withoutManagedFields(object));
  const printed = clean.length === 1 ? clean[0] : { apiVersion: "v1", kind: "List", items: clean };
  return output === "yaml" ? stringify(printed) : `${JSON.stringify(printed, null, 2)}\n`;
}
