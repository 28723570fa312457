import { SWEEPS, type CronSweepObject, type SweepObject } from "../../controller/resources.ts";
import { COMMAND_EXIT } from "../../model/exit-codes.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { Cli } from "../context.ts";
import type { Cluster } from "./cluster.ts";
import { AS_SCHEDULED } from "./draft-sweep.ts";
import { listAll } from "./find.ts";
import { exitOf, followSweep } from "./follow.ts";
import { makeSweep } from "./make-sweep.ts";
import { sweepLine } from "./sweep-report.ts";
import { isOfWindow, isUnderWay, sweepsOf } from "./sweeps-of.ts";

/**
 * A Sweep for each window, the next when the one before is over. One of this CronSweep that runs already is waited for, as its
 * concurrencyPolicy says; one of the window itself is taken for the one that is wanted.
 */
export async function sweepOneByOne(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, specs: readonly ResolvedSpec[]): Promise<number> {
  if (specs.length === 0) cli.stderr.write("Every one of these windows is complete: there is nothing to do.\n");
  let worst: number = COMMAND_EXIT.done;
  for (const spec of specs) {
    const ended = await followSweep(cli, cluster, await nextSweep(cli, cluster, cronSweep, spec));
    cli.stdout.write(`${sweepLine(ended)}\n`);
    worst = Math.max(worst, exitOf(ended));
  }
  return worst;
}

async function nextSweep(cli: Cli, cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec): Promise<SweepObject> {
  for (;;) {
    const sweeps = await listAll(cluster.client, SWEEPS, cluster.namespace);
    const running = sweepsOf(cronSweep.metadata.name, sweeps).filter(isUnderWay);
    const same = running.find((sweep) => isOfWindow(sweep, spec.window));
    if (same !== undefined) return same;
    const [other] = running;
    if (other === undefined || cronSweep.spec.concurrencyPolicy === "Allow") return makeSweep(cluster, cronSweep, spec, AS_SCHEDULED, sweeps);
    cli.stderr.write(`${other.metadata.name} runs, and concurrencyPolicy is Forbid: it goes first.\n`);
    await followSweep(cli, cluster, other);
  }
}
