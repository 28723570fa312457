import { InvalidArgumentError, Option } from "commander";
import { sweepName } from "../decide/cron-sweep/sweep-name.ts";
import { parseWindowStart, windowAt, windowsBetween } from "../decide/grid.ts";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { parseMemory } from "../model/quantity.ts";
import type { Selection, ResolvedSpec } from "../model/resolved.ts";
import { STATES, type StateOrMissing } from "../model/states.ts";
import type { Window } from "../model/window.ts";
import type { Dataset } from "../store/datasets.ts";
import { checkMayWrite } from "../store/rights.ts";
import { incompleteWindows, newestSpec } from "../store/sweeps.ts";
import type { WindowWish } from "./choose-windows.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { withMetrics } from "./metrics-server.ts";
import { wantedSweeps } from "./run-command.ts";
import { addRangeOptions, dataOption, metricsPortOption, outputOption } from "./shared-options.ts";
import { openFilledStore, openStore, type Store } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows, type WantedSweep } from "./sweep-windows.ts";
import type { SweptMetrics } from "./swept-metrics.ts";

interface RerunOptions extends WindowWish {
  readonly state?: readonly StateOrMissing[];
  readonly all?: true;
  readonly replace?: true;
  readonly target?: readonly string[];
  readonly memory?: number;
  readonly data?: string;
  readonly output: "text" | "json";
  readonly metricsPort?: number;
}

const EXAMPLES = `
Examples:
  sluice rerun default/ripestat-daily                                       what is unsettled, in each window that is not complete
  sluice rerun default/ripestat-daily --window 2026-11-20 --state failed    only what failed that day
  sluice rerun default/ripestat-daily --window 2026-11-20 --target AS3333 --memory 1Gi
  sluice rerun daily.yaml --window 2026-11-20 --all                         everything once more, as the file says it now

A settled answer is replaced only by a settled one that holds no fewer matches, unless --replace is given.`;

export const addRerun: AddCommand = (program, cli, act) => {
  const command = program
    .command("rerun")
    .description("Ask again: by state, window and target, with more memory if it takes that.")
    .argument("<dataset-or-file>", "a dataset that was swept, asked as it was then; or a file, asked as it says now")
    .option("--window <start>", "the window that starts then, in UTC (default: each that is not complete)");
  addRangeOptions(command)
    .addOption(new Option("--state <state...>", "targets in these states (default: all that are not settled)").choices(STATES).conflicts("all"))
    .option("--all", "settled targets too")
    .option("--replace", "let an answer that holds fewer matches replace a settled one")
    .option("--target <name...>", "only these targets")
    .option("--memory <amount>", "memory of a batch, such as 512Mi", readMemory)
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(metricsPortOption())
    .addHelpText("after", EXAMPLES)
    .action((what: string, options: RerunOptions) => act(() => withMetrics(cli, options.metricsPort, (metrics) => rerun(cli, what, options, metrics))));
};

async function rerun(cli: Cli, what: string, options: RerunOptions, metrics: SweptMetrics | null): Promise<number> {
  const isFile = /\.ya?ml$|\.json$/.test(what);
  const store = await (isFile ? openStore : openFilledStore)(cli, { data: options.data, patienceSeconds: 300 });
  try {
    await checkMayWrite(store.db, store.db.place);
    const wanted = isFile ? wantedSweeps(await documentsOf([what]), options, Math.floor(cli.clock.now() / 1000)) : await frozenSweeps(store, what, options);
    if (wanted.length === 0) {
      cli.stderr.write(`Every window of ${what} is complete: there is nothing to ask again. --window names one all the same.\n`);
      return COMMAND_EXIT.done;
    }
    const wish = wishOf(options);
    const sweeps = wanted.map((sweep) => ({ ...sweep, spec: rerunSpec(sweep.spec, wish) }));
    return await sweepWindows(cli, sweeps, { store, output: options.output, metrics });
  } finally {
    await store.close();
  }
}

/** The windows meant, each with the spec by which it was swept last. */
async function frozenSweeps({ db }: Store, name: string, options: RerunOptions): Promise<WantedSweep[]> {
  const dataset = await knownDataset(db, name);
  const windows = windowsOf(dataset, options) ?? (await incompleteWindows(db, name));
  return Promise.all(
    windows.map(async (window) => {
      const found = await newestSpec(db, dataset.id, window.start);
      if (found === null) throw new SpecError(`The dataset ${name} was never swept: \`sluice run FILE\` does that.`);
      return { namespace: found.namespace, name: sweepName(`rerun-${name.split("/").at(-1)!}`, window, 1), spec: { ...found.spec, window } };
    }),
  );
}

/** Null where nothing is said. */
function windowsOf(dataset: Dataset, { window, from, to }: WindowWish): readonly Window[] | null {
  const grid = { everySeconds: dataset.everySeconds, settleSeconds: 0 };
  if (window !== undefined) {
    if ((from ?? to) !== undefined) throw new SpecError("--window is for one window, --from and --to are for several: say one or the other.");
    return [windowAt(grid, parseWindowStart(window))];
  }
  if (from === undefined && to === undefined) return null;
  if (from === undefined || to === undefined) throw new SpecError("--from and --to go together: the first and the last window to ask again.");
  return windowsBetween(grid, windowAt(grid, parseWindowStart(from)).start, windowAt(grid, parseWindowStart(to)).end).reverse();
}

function wishOf({ state, all, replace, target, memory }: RerunOptions): RerunWish {
  const states: Selection["states"] = all === true ? "all" : (state ?? "incomplete");
  return { states, targets: target, memoryBytes: memory, replace: replace === true };
}

function readMemory(text: string): number {
  const bytes = parseMemory(text);
  if (bytes === null) throw new InvalidArgumentError("An amount like 512Mi or 1Gi is wanted.");
  return bytes;
}

/** What a rerun changes of the spec that a window was swept with. */
export interface RerunWish {
  readonly states: Selection["states"];
  /** Names of targets; absent: all that are in those states. */
  readonly targets?: readonly string[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly replace: boolean;
}

/** More memory means what it says, whatever the ladder was allowed before. */
export function rerunSpec(spec: ResolvedSpec, { states, targets, memoryBytes, replace }: RerunWish): ResolvedSpec {
  const memory = memoryBytes ?? spec.batch.memoryBytes;
  return {
    ...spec,
    select: { states, ...(targets === undefined ? {} : { narrow: targets }) },
    replace,
    batch: { ...spec.batch, memoryBytes: memory, memoryMaxBytes: Math.max(memory, spec.batch.memoryMaxBytes) },
  };
}
