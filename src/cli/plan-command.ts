import { estimate, type Estimate } from "../decide/estimate.ts";
import { brokenRules } from "../decide/rules.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { ProviderRules } from "../model/provider.ts";
import { PROVIDERS, rulesFor } from "../providers/registry.ts";
import type { WindowWish } from "./choose-windows.ts";
import type { Cli } from "./context.ts";
import { TargetLister } from "./list-targets.ts";
import type { AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import { planSweep, type PlannedSweep } from "./plan-sweep.ts";
import { renderPlan } from "./plan-report.ts";
import { wantedSweeps } from "./run-command.ts";
import { addRangeOptions, addWindowOption, dataOption, outputOption } from "./shared-options.ts";
import { findFilledStore } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";

interface PlanOptions extends WindowWish {
  readonly data?: string;
  readonly output: "text" | "json";
}

/** Sweeps of one dataset: they are planned together, since they run one after the other. */
export interface Plan {
  readonly sweeps: readonly PlannedSweep[];
  /** Of all of them. */
  readonly estimate: Estimate;
  /** Null for a host that nobody has rules of. */
  readonly rules: ProviderRules | null;
  readonly broken: readonly string[];
}

const EXAMPLES = `
Examples:
  sluice plan examples/ripestat-daily.yaml                       the newest window: how much is to be asked, and how long that takes
  sluice plan examples/ripestat-daily.yaml --from 2026-11-01     a backfill
  sluice plan examples/ripestat-daily.yaml --output json`;

export const addPlan: AddCommand = (program, cli, act) => {
  const command = program
    .command("plan")
    .description("Show what a sweep would ask, and how long that takes. Asks only for the list of targets and writes nothing.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML");
  addRangeOptions(addWindowOption(command))
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: PlanOptions) => act(() => runPlan(cli, files, options)));
};

async function runPlan(cli: Cli, files: readonly string[], options: PlanOptions): Promise<number> {
  const sweeps = wantedSweeps(await documentsOf(files), options, Math.floor(cli.clock.now() / 1000));
  const lister = new TargetLister(cli);
  const store = await findFilledStore(cli, { data: options.data });
  try {
    const planned: PlannedSweep[] = [];
    for (const { spec } of sweeps) planned.push(await planSweep(spec, await lister.list(spec), store?.db ?? null));
    const plans = [...Map.groupBy(planned, ({ spec }) => spec.dataset).values()].map(planTogether);
    cli.stdout.write(renderPlan(plans, options.output, paintFor(cli.stdout, cli)));
    return COMMAND_EXIT.done;
  } finally {
    await store?.close();
  }
}

/** @param sweeps of one dataset, at least one */
export function planTogether(sweeps: readonly PlannedSweep[]): Plan {
  const { spec } = sweeps[0]!;
  const targets = Math.max(...sweeps.map((sweep) => sweep.targets));
  const asked = sweeps.reduce((sum, sweep) => sum + sweep.asked, 0);
  // A batch is of one window, however few of it are left.
  const batches = sweeps.reduce((sum, sweep) => sum + Math.ceil(sweep.asked / spec.batch.targets), 0);
  const rules = rulesFor(spec.host.name, PROVIDERS);
  return {
    sweeps,
    estimate: { ...estimate({ targets, unsettled: asked, grid: spec.grid, host: spec.host, batch: spec.batch }), batches },
    rules,
    broken: rules === null ? [] : brokenRules(rules, spec, targets),
  };
}
