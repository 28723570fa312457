import { withSecrets } from "../batch/target-client.ts";
import { formatWindow } from "../decide/grid.ts";
import { brokenRules } from "../decide/host/rules.ts";
import { estimate, type Estimate } from "../decide/sweep/estimate.ts";
import type { Names } from "../decide/targets/names.ts";
import { openClient } from "../fetch/client.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { duration, grouped } from "../model/figures.ts";
import { isoOf } from "../model/moment.ts";
import type { ProviderRules } from "../model/provider.ts";
import { formatDuration, formatMemory } from "../model/quantity.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { fetchList, listUrl, readTargets, type HttpSource } from "../prepare/target-list.ts";
import { PROVIDERS, rulesFor } from "../providers/registry.ts";
import { checkClock } from "../store/server.ts";
import { sweepsToRun, type WindowChoice } from "./choose-windows.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor, type Paint } from "./paint.ts";
import { planSweep, type PlannedSweep } from "./plan-sweep.ts";
import { dataOption, fromOption, outputOption, toOption, windowOption } from "./shared-options.ts";
import { findFilledStore } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { renderTable } from "./table.ts";

interface PlanOptions extends WindowChoice {
  readonly data?: string;
  readonly output: "text" | "json";
}

/** The sweeps of one dataset. They share one estimate, since they run one after the other. */
interface Plan {
  readonly sweeps: readonly PlannedSweep[];
  /** For all of them together. */
  readonly estimate: Estimate;
  /** Null for a host without known rules. */
  readonly rules: ProviderRules | null;
  readonly broken: readonly string[];
}

const EXAMPLES = `
Examples:
  sluice plan examples/ripestat-daily.yaml                       the newest window: how much there is to ask, and how long it takes
  sluice plan examples/ripestat-daily.yaml --from 2026-11-01     a backfill
  sluice plan examples/ripestat-daily.yaml --output json`;

export const addPlan: AddCommand = (program, cli, execute) => {
  program
    .command("plan")
    .description("Show what a sweep would ask, and how long it takes. Asks only for the list of targets. Changes nothing.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML")
    .addOption(windowOption())
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: PlanOptions) => execute(() => runPlan(cli, files, options)));
};

async function runPlan(cli: Cli, files: readonly string[], options: PlanOptions): Promise<number> {
  const sweeps = sweepsToRun(await documentsOf(files), options, Math.floor(cli.clock.now() / 1000));
  const lister = new TargetLister(cli);
  const store = await findFilledStore(cli, { data: options.data });
  try {
    if (store !== null) await checkClock(store.db, store.db.place, cli.clock);
    const planned: PlannedSweep[] = [];
    for (const { spec } of sweeps) planned.push(await planSweep(spec, await lister.list(spec), store?.db ?? null));
    const plans = [...Map.groupBy(planned, ({ spec }) => spec.dataset).values()].map(planOf);
    cli.stdout.write(renderPlan(plans, options.output, paintFor(cli.stdout, cli)));
    return COMMAND_EXIT.done;
  } finally {
    await store?.close();
  }
}

/** @param sweeps of one dataset, at least one */
export function planOf(sweeps: readonly PlannedSweep[]): Plan {
  const { spec } = sweeps[0]!;
  const targets = Math.max(...sweeps.map((sweep) => sweep.targets));
  const asked = sweeps.reduce((sum, sweep) => sum + sweep.asked, 0);
  // A batch never spans two windows, however few targets are left.
  const batches = sweeps.reduce((sum, sweep) => sum + Math.ceil(sweep.asked / spec.batch.targets), 0);
  const rules = rulesFor(spec.host.name, PROVIDERS);
  return {
    sweeps,
    estimate: { ...estimate({ targets, unsettled: asked, grid: spec.grid, host: spec.host, batch: spec.batch }), batches },
    rules,
    broken: rules === null ? [] : brokenRules(rules, spec, targets).map(({ sentence }) => sentence),
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
    ["requests", `${grouped(estimate.requests)} or more (parts and later passes add to this), ${estimate.inFlight} in flight at ${host.name}`],
    ["memory", `${formatMemory(estimate.memoryBytes)} for all batches at once, ${formatMemory(batch.memoryBytes)} each`],
    ["rows", [`${grouped(estimate.rowsADay.least)} to ${grouped(estimate.rowsADay.most)} a day`, `(${estimate.rowsAssume})`]],
    ...[...new Set(sweeps.flatMap(({ notes }) => notes))].map((note): Label => ["list", note]),
    ...[...new Set(sweeps.map(({ retention }) => retention))].filter((held) => held !== null).map((held): Label => ["retention", paint.middling(held)]),
    ["rules", rulesInText(rules, broken, paint)],
  ];
  return [
    `${paint.strong(spec.dataset)}, windows of ${every}\n\n`,
    renderTable(
      [{ title: "window" }, { title: "targets", align: "right" }, { title: "settled", align: "right" }, { title: "to ask", align: "right" }],
      sweeps.map(rowOf),
      paint,
    ),
    "\n",
    renderLabels(labels, paint),
    estimate.requests === 0 ? "" : `\n${renderTable(durationColumns(sweeps.length > 1, every), latencies, paint)}`,
    estimate.requests === 0 || sweeps.length > 1 ? "" : `The sweep finishes before the next window is due if an answer takes less than ${latency(estimate.fitsUpToSeconds)} on average.\n`,
  ].join("");
}

function latency(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(2)} s` : duration(seconds);
}

function rowOf({ spec, targets, settled, asked }: PlannedSweep): string[] {
  return [formatWindow(spec.window), grouped(targets), settled === null ? "nothing yet" : grouped(settled), grouped(asked)];
}

function durationColumns(isBackfill: boolean, every: string): { title: string; align: "right" }[] {
  const titles = ["if an answer takes", "the sweep takes", ...(isBackfill ? [] : [`within ${every}`])];
  return titles.map((title) => ({ title, align: "right" }));
}

function rulesInText(rules: Plan["rules"], broken: readonly string[], paint: Paint): string[] {
  if (rules === null) return ["no rules are known for this host"];
  return broken.length === 0 ? [`within the rules of ${rules.title} (${rules.docs})`] : broken.map((sentence) => paint.bad(sentence));
}

function inJson({ sweeps, estimate, rules, broken }: Plan): object {
  const { dataset, grid } = sweeps[0]!.spec;
  const { requests, batches, inFlight, durations, fitsUpToSeconds, memoryBytes, rowsADay } = estimate;
  return {
    dataset,
    windowSeconds: grid.everySeconds,
    windows: sweeps.map(({ spec, targets, settled, asked, notes }) => ({ start: isoOf(spec.window.start), end: isoOf(spec.window.end), targets, settled, asked, notes })),
    retention: sweeps.find(({ retention }) => retention !== null)?.retention ?? null,
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

/** Reads lists of targets without a database. A list that several windows share is fetched once. */
class TargetLister {
  readonly #cli: Pick<Cli, "clock" | "environment" | "signal">;
  readonly #fetched = new Map<string, Promise<string[]>>();

  constructor(cli: Pick<Cli, "clock" | "environment" | "signal">) {
    this.#cli = cli;
  }

  /** @throws SurroundingsError if the list cannot be read */
  async list(spec: ResolvedSpec): Promise<Names> {
    return readTargets(spec.targets, (source) => {
      const url = listUrl(source, spec).href;
      const names = this.#fetched.get(url) ?? this.#fetch(spec, source);
      this.#fetched.set(url, names);
      return names;
    });
  }

  async #fetch(spec: ResolvedSpec, source: HttpSource): Promise<string[]> {
    const { clock, environment, signal } = this.#cli;
    await using client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
    return await fetchList(source, { client, spec, clock, withSlot: (work) => work(), signal });
  }
}
