import type { Cli } from "../cli/main.ts";
import { paintFor } from "../cli/paint.ts";
import { Redraw } from "../cli/view/redraw.ts";
import { SWEEPS, type SweepObject } from "../controller/resources.ts";
import { ApiError, ApiUnreachable } from "../kube/api-error.ts";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { isFinished } from "../model/sweep.ts";
import type { Cluster } from "./cluster.ts";
import { isRefused } from "./find.ts";
import { sweepLine, sweepScreen } from "./sweep-report.ts";

const POLL_SECONDS = 1;
const LINE_SECONDS = 10;

/** An API server that is away this long stays away. */
const PATIENCE_SECONDS = 600;

/**
 * Shows a sweep until it is over: drawn in place on a terminal, elsewhere a line now and then.
 * @returns the Sweep as it ended @throws SpecError where it is deleted meanwhile
 */
export async function followSweep(cli: Cli, { client }: Pick<Cluster, "client">, sweep: SweepObject): Promise<SweepObject> {
  const { name, namespace, uid } = sweep.metadata;
  const key = namespace === undefined ? { name } : { name, namespace };
  const screen = new Redraw(cli.stderr);
  const paint = paintFor(cli.stderr, cli);
  let seen = sweep;
  let seenAt = cli.clock.monotonic();
  let toldAt = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      const now = cli.clock.monotonic();
      const away = now - seenAt > POLL_SECONDS * 5000 ? " (the API server cannot be reached)" : "";
      if (cli.stderr.isTerminal) screen.draw(sweepScreen(seen, cli.clock.now(), paint, cli.stderr.columns, away));
      else if (now - toldAt >= LINE_SECONDS * 1000) {
        toldAt = now;
        cli.stderr.write(`${sweepLine(seen)}${away}\n`);
      }
      if (isOver(seen)) return seen;
      await cli.clock.sleep(POLL_SECONDS * 1000, cli.signal);
      cli.signal.throwIfAborted();
      const found = await client.get(SWEEPS, key, { signal: cli.signal }).catch(whileAway);
      if (found === undefined) {
        if (cli.clock.monotonic() - seenAt < PATIENCE_SECONDS * 1000) continue;
        throw new ApiUnreachable(`no answer for ${PATIENCE_SECONDS / 60} minutes`);
      }
      if (found?.metadata.uid !== uid) throw new SpecError(`The Sweep ${name} was deleted; what it had committed is kept.`);
      seen = found;
      seenAt = cli.clock.monotonic();
    }
  } finally {
    screen.clear();
  }
}

/** The exit code of a command that waited for it. */
export function exitOf({ status }: SweepObject): number {
  if (status?.phase === "Complete" || status?.phase === "Usable") return COMMAND_EXIT.done;
  return status?.phase === "Incomplete" ? COMMAND_EXIT.incomplete : COMMAND_EXIT.usage;
}

export function isOver(sweep: SweepObject): boolean {
  const phase = sweep.status?.phase;
  return (phase !== undefined && isFinished(phase)) || isRefused(sweep);
}

/** An API server that restarts is no reason to stop looking. */
function whileAway(error: unknown): undefined {
  if (error instanceof ApiUnreachable || (error instanceof ApiError && error.status >= 500)) return undefined;
  throw error;
}
