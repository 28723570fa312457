import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { formatWindow } from "../decide/grid.ts";
import { thisDriver } from "../local/driver-lease.ts";
import { findMemoryCgroups, type MemoryCgroups } from "../local/memory-cgroup.ts";
import { checkProc } from "../local/proc.ts";
import { openPrograms } from "../local/programs.ts";
import { runSweep } from "../local/run-sweep.ts";
import { realTimer } from "../local/timer.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { SweepStatus } from "../model/sweep.ts";
import type { Window } from "../model/window.ts";
import { migrate } from "../store/migrate.ts";
import { checkClock } from "../store/server.ts";
import type { SweepToRun } from "./choose-windows.ts";
import { confirmRetentions } from "./confirm-retention.ts";
import type { Cli } from "./main.ts";
import type { SweptWindow } from "./next-command.ts";
import type { Store } from "./store.ts";
import type { SweptMetrics } from "./swept-metrics.ts";
import { renderSummary, SweepWatch } from "./view/watch.ts";

interface SweepWindowsOptions {
  readonly store: Store;
  /** The files that the sweeps come from, for the command that helps after an incomplete sweep; null where they come from the database. */
  readonly files: readonly string[] | null;
  /** `--data`, if it was given. */
  readonly data: string | undefined;
  readonly output: "text" | "json";
  /** Drop what a shorter retention drops, without asking. */
  readonly yes: boolean;
  /** Null without --metrics-port. */
  readonly metrics: SweptMetrics | null;
}

/** Runs the sweeps one after the other, in the order given, and shows each. Returns the exit code for all of them. */
export async function sweepWindows(cli: Cli, sweeps: readonly SweepToRun[], options: SweepWindowsOptions): Promise<number> {
  checkProc();
  const { db } = options.store;
  const now = await checkClock(db, db.place, cli.clock);
  // Prepare migrates too, but the driver stores its status before the first prepare runs.
  await migrate(db, { version: cli.version });
  await confirmRetentions(cli, sweeps.map(({ spec }) => spec), { db, yes: options.yes, now });
  const cgroups = await findMemoryCgroups("/sys/fs/cgroup", readFileSync("/proc/self/cgroup", "utf8"));
  let code: number = COMMAND_EXIT.done;
  for (const sweep of sweeps) {
    const status = await sweepOne(cli, sweep, options, cgroups).catch((error: unknown) => {
      // After Ctrl-C, errors of the shutdown are of no interest.
      if (!cli.signal.aborted) throw error;
      return null;
    });
    if (cli.signal.aborted || status === null) {
      cli.stderr.write("Interrupted. What was committed is kept. Run the same command again to do the rest.\n");
      return COMMAND_EXIT.interrupted;
    }
    if (status.verdict === "incomplete") code = COMMAND_EXIT.incomplete;
  }
  return code;
}

/** Null if it was interrupted before it started. */
async function sweepOne(
  cli: Cli,
  { namespace, name, spec, hasOwnWindow }: SweepToRun,
  { store, files, data, output, metrics }: SweepWindowsOptions,
  cgroups: MemoryCgroups | null,
): Promise<SweepStatus | null> {
  const view = new SweepWatch(cli.stderr, cli.clock, () => store.problem);
  const start = cli.clock.monotonic();
  const finished = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  let recordFinish: (() => void) | undefined;
  const window = formatWindow(spec.window);
  const driver = thisDriver(randomUUID(), hostname(), process.pid);
  try {
    const { status, logFile } = await runSweep({
      db: store.db,
      identity: { uid: randomUUID(), namespace, name },
      spec,
      driver,
      openPrograms: (identity) =>
        openPrograms({
          node: cli.node,
          worker: cli.worker,
          databaseUrl: store.url,
          environment: cli.environment,
          identity,
          driver,
          spec,
          temporary: tmpdir(),
          logs: path.join(store.folder, "logs"),
          clock: cli.clock,
          timer: realTimer,
          cgroups,
          warn: (sentence) => view.say(sentence),
        }),
      clock: cli.clock,
      signal: cli.signal,
      report: ({ type, message }) => {
        if (type === "Warning" || cli.stderr.isTerminal) view.say(message);
      },
      watch: (driver, identity) => {
        recordFinish = metrics?.follow(driver, identity, spec);
        store.listen((sentence) => view.say(sentence));
        watching = view.follow(driver, { dataset: spec.dataset, window, passes: spec.done.passes }, finished.signal);
      },
    });
    recordFinish?.();
    finished.abort();
    await watching;
    if (cli.signal.aborted || status === null) return status;
    refuseUnfinished(status, logFile);
    const swept = { dataset: spec.dataset, window, files, hasOwnWindow, data, memoryMaxBytes: spec.batch.memoryMaxBytes };
    show(cli, swept, spec.window, status, (cli.clock.monotonic() - start) / 1000, output);
    return status;
  } finally {
    finished.abort();
    await watching;
  }
}

function refuseUnfinished({ phase, problem, blocked }: SweepStatus, logFile: string): void {
  if (phase === "Failed") throw new SpecError(problem ?? "The sweep failed.");
  if (phase === "Blocked") throw new SurroundingsError(`${blocked?.message ?? "The sweep is blocked."} (log of its processes: ${logFile})`);
}

function show(cli: Cli, swept: SweptWindow, window: Window, status: SweepStatus, seconds: number, output: "text" | "json"): void {
  if (output === "json") {
    const { verdict, totals, selected, causes = [], sums } = status;
    cli.stdout.write(`${JSON.stringify({ dataset: swept.dataset, window: windowOf(window), state: verdict, totals, selected, causes, sums, seconds: Math.round(seconds) })}\n`);
    return;
  }
  renderSummary(swept, status, seconds).forEach((line) => cli.stdout.write(`${line}\n`));
}

function windowOf({ start, end }: Window): { start: string; end: string } {
  return { start: new Date(start * 1000).toISOString(), end: new Date(end * 1000).toISOString() };
}
