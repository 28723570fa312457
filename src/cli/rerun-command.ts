import { sweepName } from "../decide/cron-sweep/sweep-name.ts";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";
import { checkMayWrite } from "../store/rights.ts";
import { incompleteWindows, newestSpec } from "../store/sweeps.ts";
import { sweepsToRun, windowsOnGrid, type SweepToRun } from "./choose-windows.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { withMetrics } from "./metrics-server.ts";
import type { RunOptions } from "./run-command.ts";
import { addSelectionOptions, confirmOption, dataOption, fromOption, metricsPortOption, outputOption, selectionOf, toOption, windowOption, type RerunSelection, type SelectionOptions } from "./shared-options.ts";
import { openFilledStore, openStore, type Store } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows } from "./sweep-windows.ts";
import type { SweptMetrics } from "./swept-metrics.ts";

interface RerunOptions extends RunOptions, SelectionOptions {}

const EXAMPLES = `
Examples:
  sluice rerun default/ripestat-daily                                       what is unsettled, in every incomplete window
  sluice rerun default/ripestat-daily --window 2026-11-20 --state failed    only what failed that day
  sluice rerun default/ripestat-daily --window 2026-11-20 --target AS3333 --memory 1Gi
  sluice rerun daily.yaml --window 2026-11-20 --all                         every target again, as the file says now

A settled answer is only replaced by a settled one with at least as many matches, unless --replace is given.`;

export const addRerun: AddCommand = (program, cli, execute) => {
  const command = program
    .command("rerun")
    .description("Ask selected targets again, by state, window or name.")
    .argument("<dataset-or-file>", "a dataset, asked the way it was asked last; or a file, asked as it says now")
    .addOption(windowOption("every window that is not complete; of a file, the newest that has settled"))
    .addOption(fromOption())
    .addOption(toOption());
  addSelectionOptions(command)
    .addOption(confirmOption())
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(metricsPortOption())
    .addHelpText("after", EXAMPLES)
    .action((what: string, options: RerunOptions) => execute(() => withMetrics(cli, options.metricsPort, (metrics) => rerun(cli, what, options, metrics))));
};

async function rerun(cli: Cli, what: string, options: RerunOptions, metrics: SweptMetrics | null): Promise<number> {
  const isFile = /\.ya?ml$|\.json$/.test(what);
  const store = await (isFile ? openStore : openFilledStore)(cli, { data: options.data, patienceSeconds: 300 });
  try {
    await checkMayWrite(store.db, store.db.place);
    const now = Math.floor(cli.clock.now() / 1000);
    const found = isFile ? sweepsToRun(await documentsOf([what]), options, now) : await earlierSweeps(store, what, options, now);
    if (found.length === 0) {
      cli.stderr.write(`Every window of ${what} is complete, so there is nothing to ask again. Name a window with --window to ask it all the same.\n`);
      return COMMAND_EXIT.done;
    }
    const selection = selectionOf(options);
    const sweeps = found.map((sweep) => ({ ...sweep, spec: rerunSpec(sweep.spec, selection) }));
    return await sweepWindows(cli, sweeps, { store, files: isFile ? [what] : null, data: options.data, output: options.output, yes: options.yes === true, metrics });
  } finally {
    await store.close();
  }
}

/** The chosen windows of a dataset, newest first, each with the spec of its last sweep. The retention stays what it is now, not what it was then. */
async function earlierSweeps({ db }: Store, name: string, options: RerunOptions, now: EpochSeconds): Promise<SweepToRun[]> {
  const { id, everySeconds, retentionSeconds } = await knownDataset(db, name);
  const settleSeconds = (await newestSpec(db, id, now))?.spec.grid.settleSeconds ?? 0;
  const windows = windowsOnGrid({ everySeconds, settleSeconds }, options, now)?.reverse() ?? (await incompleteWindows(db, name));
  return Promise.all(
    windows.map(async (window) => {
      const found = await newestSpec(db, id, window.start);
      if (found === null) throw new SpecError(`The dataset ${name} was never swept: use \`sluice run FILE\` first.`);
      return { namespace: found.namespace, name: sweepName(`rerun-${name.split("/").at(-1)!}`, window, 1), spec: { ...found.spec, window, retentionSeconds }, hasOwnWindow: false };
    }),
  );
}

/** The memory asked for is granted even above `batch.memoryMax`. */
function rerunSpec(spec: ResolvedSpec, { states, targets, memoryBytes, replace }: RerunSelection): ResolvedSpec {
  const memory = memoryBytes ?? spec.batch.memoryBytes;
  return {
    ...spec,
    select: { states, ...(targets === undefined ? {} : { narrow: targets }) },
    replace,
    batch: { ...spec.batch, memoryBytes: memory, memoryMaxBytes: Math.max(memory, spec.batch.memoryMaxBytes) },
  };
}
