import { withSecrets } from "../batch/target-client.ts";
import { formatWindow } from "../decide/grid.ts";
import { brokenRules } from "../decide/host/rules.ts";
import { estimate, type Estimate } from "../decide/sweep/estimate.ts";
import { tidyNames, type Names } from "../decide/targets/names.ts";
import { boundPattern } from "../extract/bound.ts";
import { WORK_BYTES } from "../extract/read.ts";
import { openClient } from "../fetch/client.ts";
import { fillUrl } from "../fetch/url.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { duration, grouped } from "../model/figures.ts";
import type { ProviderRules } from "../model/provider.ts";
import { formatDuration, formatMemory } from "../model/quantity.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { readTargets, askList } from "../prepare/target-list.ts";
import { PROVIDERS, rulesFor } from "../providers/registry.ts";
import type { WindowWish } from "./choose-windows.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor, type Paint } from "./paint.ts";
import { planSweep, type PlannedSweep } from "./plan-sweep.ts";
import { wantedSweeps } from "./run-command.ts";
import { addRangeOptions, addWindowOption, dataOption, outputOption } from "./shared-options.ts";
import { findFilledStore } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { renderTable } from "./table.ts";

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

export function renderPlan(plans: readonly Plan[], output: "text" | "json", paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ plans: plans.map(inJson) }, null, 2)}\n`;
  return plans.map((plan) => inText(plan, paint)).join("\n");
}

function inText({ sweeps, estimate, rules, broken }: Plan, paint: Paint): string {
  const { spec } = sweeps[0]!;
  const { grid, host, batch } = spec;
  const every = formatDuration(grid.everySeconds);
  const latencies = estimate.durations.map(({ latencySeconds, seconds, fits }) => [
    `${latencySeconds} s`,
    duration(seconds),
    ...(sweeps.length > 1 ? [] : [fits ? "yes" : "no"]),
  ]);
  const labels: Label[] = [
    ["batches", `${grouped(estimate.batches)} of at most ${batch.targets} targets, ${batch.pods} at once`],
    ["requests", `${grouped(estimate.requests)} or more (parts and later passes come on top), ${estimate.inFlight} in flight at ${host.name}`],
    ["memory", `${formatMemory(estimate.memoryBytes)} for all batches at once, ${formatMemory(batch.memoryBytes)} each`],
    ["rows", [`${grouped(estimate.rowsADay.least)} to ${grouped(estimate.rowsADay.most)} a day`, `(${estimate.rowsAssume})`]],
    ...[...new Set(sweeps.flatMap(({ notes }) => notes))].map((note): Label => ["list", note]),
    ["rules", rulesInText(rules, broken, paint)],
  ];
  return [
    `${paint.strong(spec.dataset)}, windows of ${every}\n\n`,
    renderTable(
      [{ title: "window" }, { title: "targets", align: "right" }, { title: "settled", align: "right" }, { title: "to be asked", align: "right" }],
      sweeps.map(rowOf),
      paint,
    ),
    "\n",
    renderLabels(labels, paint),
    estimate.requests === 0 ? "" : `\n${renderTable(durationColumns(sweeps.length > 1, every), latencies, paint)}`,
    estimate.requests === 0 || sweeps.length > 1 ? "" : `It is done before the next window is due while an answer takes less than ${latency(estimate.fitsUpToSeconds)} on average.\n`,
  ].join("");
}

function latency(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(2)} s` : duration(seconds);
}

function rowOf({ spec, targets, settled, asked }: PlannedSweep): string[] {
  return [formatWindow(spec.window), grouped(targets), settled === null ? "nothing yet" : grouped(settled), grouped(asked)];
}

function durationColumns(isBackfill: boolean, every: string): { title: string; align: "right" }[] {
  const titles = ["if an answer takes", "all take", ...(isBackfill ? [] : [`within ${every}`])];
  return titles.map((title) => ({ title, align: "right" }));
}

function rulesInText(rules: Plan["rules"], broken: readonly string[], paint: Paint): string[] {
  if (rules === null) return ["none are known for this host"];
  return broken.length === 0 ? [`those of ${rules.title} are kept (${rules.docs})`] : broken.map((sentence) => paint.bad(sentence));
}

function inJson({ sweeps, estimate, rules, broken }: Plan): object {
  const { dataset, grid } = sweeps[0]!.spec;
  const { requests, batches, inFlight, durations, fitsUpToSeconds, memoryBytes, rowsADay } = estimate;
  return {
    dataset,
    windowSeconds: grid.everySeconds,
    windows: sweeps.map(({ spec, targets, settled, asked, notes }) => ({ start: iso(spec.window.start), end: iso(spec.window.end), targets, settled, asked, notes })),
    requests,
    batches,
    inFlight,
    durations,
    fitsUpToSeconds: Number.isFinite(fitsUpToSeconds) ? fitsUpToSeconds : null,
    memoryBytes,
    rowsADay,
    rules: rules === null ? null : { provider: rules.name, docs: rules.docs, broken },
  };
}

function iso(at: number): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

/** Lists targets without a database. A list that is the same for several windows is asked for once. */
export class TargetLister {
  readonly #cli: Pick<Cli, "clock" | "environment" | "signal">;
  readonly #known = new Map<string, Names>();

  constructor(cli: Pick<Cli, "clock" | "environment" | "signal">) {
    this.#cli = cli;
  }

  /** @throws SurroundingsError where the list cannot be had */
  async list(spec: ResolvedSpec): Promise<Names> {
    const { from } = spec.targets;
    if (from.kind === "list") return tidyNames(from.list);
    if (from.kind === "file") return tidyNames(await readTargets(from));
    const url = fillUrl(from.url, { target: "", window: spec.window, timeFormat: spec.request.timeFormat }).href;
    const known = this.#known.get(url) ?? tidyNames(await this.#ask(spec, from));
    this.#known.set(url, known);
    return known;
  }

  async #ask(spec: ResolvedSpec, from: Extract<ResolvedSpec["targets"]["from"], { kind: "http" }>): Promise<string[]> {
    const { clock, environment, signal } = this.#cli;
    const client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
    try {
      const work = Buffer.allocUnsafeSlow(WORK_BYTES);
      return await askList(from, boundPattern(from.pattern), { client, spec, clock, withSlot: (ask) => ask(), work, signal });
    } finally {
      await client.close();
    }
  }
}
