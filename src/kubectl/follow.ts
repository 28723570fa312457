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

/** How long the API server may be unreachable before the command gives up. */
const PATIENCE_SECONDS = 600;

/**
 * Shows a sweep until it has finished: redrawn in place on a terminal, a line every ten seconds elsewhere.
 * @returns the finished Sweep @throws SpecError if it is deleted in the meantime
 */
export async function followSweep(cli: Cli, { client }: Pick<Cluster, "client">, sweep: SweepObject): Promise<SweepObject> {
  const { name, namespace, uid } = sweep.metadata;
  const key = namespace === undefined ? { name } : { name, namespace };
  const screen = new Redraw(cli.stderr);
  const paint = paintFor(cli.stderr, cli);
  let current = sweep;
  let readAt = cli.clock.monotonic();
  let printedAt = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      const now = cli.clock.monotonic();
      const note = now - readAt > POLL_SECONDS * 5000 ? " (the API server cannot be reached)" : "";
      if (cli.stderr.isTerminal) screen.draw(sweepScreen(current, cli.clock.now(), paint, cli.stderr.columns, note));
      else if (now - printedAt >= LINE_SECONDS * 1000) {
        printedAt = now;
        cli.stderr.write(`${sweepLine(current)}${note}\n`);
      }
      if (isFinal(current)) return current;
      await cli.clock.sleep(POLL_SECONDS * 1000, cli.signal);
      cli.signal.throwIfAborted();
      const found = await client.get(SWEEPS, key, { signal: cli.signal }).catch(ignoreOutage);
      if (found === undefined) {
        if (cli.clock.monotonic() - readAt < PATIENCE_SECONDS * 1000) continue;
        throw new ApiUnreachable(`no answer for ${PATIENCE_SECONDS / 60} minutes`);
      }
      if (found?.metadata.uid !== uid) throw new SpecError(`The Sweep ${name} was deleted. What it had committed is kept.`);
      current = found;
      readAt = cli.clock.monotonic();
    }
  } finally {
    screen.clear();
  }
}

/** The exit code of a command that waited for this Sweep. */
export function exitCodeOf({ status }: SweepObject): number {
  if (status?.phase === "Complete" || status?.phase === "Usable") return COMMAND_EXIT.done;
  return status?.phase === "Incomplete" ? COMMAND_EXIT.incomplete : COMMAND_EXIT.usage;
}

/** Finished or refused: nothing more will happen to it. */
export function isFinal(sweep: SweepObject): boolean {
  const phase = sweep.status?.phase;
  return (phase !== undefined && isFinished(phase)) || isRefused(sweep);
}

/** Undefined if the API server is unreachable or failing, as while it restarts; any other error is thrown. */
function ignoreOutage(error: unknown): undefined {
  if (error instanceof ApiUnreachable || (error instanceof ApiError && error.status >= 500)) return undefined;
  throw error;
}
