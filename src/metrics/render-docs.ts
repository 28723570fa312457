import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS, SWEEPS } from "./controller.ts";
import type { Declaration, Labels } from "./declaration.ts";
import { BATCHES } from "./worker.ts";
import { OTHER } from "./words.ts";

/** docs/metrics.md: every metric as it is declared. */
export function renderMetrics(): string {
  return [
    "# Metrics",
    "<!-- Made from src/metrics by `npm run docs`; a test holds it to that. -->",
    "The controller and the pods of sweeps answer `/metrics` in Prometheus' text format; `metrics.podMonitor.enabled` in the chart has them found. `sluice run --metrics-port N` and `sluice rerun --metrics-port N` tell of their own sweeps, the `sluice_sweep_…` and the `sluice_worker_…` in one, at 127.0.0.1 and until the command ends.",
    [
      "- **What a pod measured outlives it.** A batch may live for half a minute, less than the time between two scrapes. So each batch hands its sums and histograms over when it ends, its Sweep keeps them in its status, and the leader tells them: `sluice_sweep_…`. They are read from the statuses at each scrape, so they go on as they were when the controller begins anew or another leads.",
      "- **Rates are taken of sweeps.** `rate(sluice_sweep_requests_total[5m])` misses nothing and grows when a batch ends; `sluice_worker_…` tells what is so now, and a pod's counters end with the pod. `rate(sluice_sweep_request_seconds_sum[5m])` is the mean number of requests in flight.",
      "- **Over several replicas** take `max by (sweep_namespace, sweep)`: each tells of itself whether it leads (`sluice_leader`), and only the one that does tells of Sweeps, CronSweeps and datasets.",
      `- **Labels are bounded**: never a target, never a batch's number. Where words are listed there are no others, but for \`${OTHER}\`, which sums up what a worker of another version may tell. A Sweep's namespace is \`sweep_namespace\`, since \`namespace\` is the scrape's own label.`,
      "- **A counter that has not counted is told as 0** while its Sweep is not over, so that `increase()` sees the first.",
    ].join("\n"),
    "A series is absent where nothing is known, and never a number that is none. A histogram has `_bucket` (with `le`), `_sum` and `_count`.",
    "## Controller: each replica",
    table(Object.values(PROCESS), []),
    "Beside these the process itself, by the library: `process_cpu_…`, `process_resident_memory_bytes`, `process_open_fds`, `process_start_time_seconds`, `nodejs_heap_…`, `nodejs_eventloop_lag_…`, `nodejs_gc_duration_seconds`, `nodejs_version_info` and their like. `sluice_build_info` is told by pods and commands too.",
    "## Controller: the leader, of Sweeps",
    table([PHASES_OF_SWEEPS], []),
    `${labelSentence(SWEEPS)} They are told of every Sweep that is not over, and of the newest hundred of those that ended within two days.`,
    table(SWEEPS, commonOf(SWEEPS)),
    "## Controller: the leader, of CronSweeps",
    labelSentence(CRON_SWEEPS),
    table(CRON_SWEEPS, commonOf(CRON_SWEEPS)),
    "## Controller: the leader, of databases",
    `${labelSentence(DATASETS)} As the newest prepare found them.`,
    table(DATASETS, commonOf(DATASETS)),
    "## Pods of sweeps",
    `${labelSentence(BATCHES)} A batch tells them from when it is claimed until it ends; prepare tells only \`sluice_build_info\`. Of \`sluice run\` they are those of all batches of a sweep together, the ended ones among them, and of memory those of the batch that is nearest to its limit.`,
    table(BATCHES, commonOf(BATCHES)),
    "## Buckets",
    ["| histogram | upper borders |", "|---|---|", ...[...Object.values(PROCESS), ...SWEEPS, ...BATCHES].filter(({ type }) => type === "histogram").map((one: Declaration) => `| \`${one.name}\` | ${bordersOf(one)} |`)].join("\n"),
    "",
  ].join("\n\n").replace(/\n+$/, "\n");
}

function table(declarations: readonly Declaration[], common: readonly string[]): string {
  return ["| metric | type | unit | labels | meaning |", "|---|---|---|---|---|", ...declarations.map((one) => `| \`${one.name}\` | ${one.type} | ${unitOf(one.name)} | ${labelsText(one.labels, common)} | ${one.help} |`)].join("\n");
}

/** Labels that all of them have. */
function commonOf(declarations: readonly Declaration[]): string[] {
  const [first, ...others] = declarations.map(({ labels }) => Object.keys(labels));
  return (first ?? []).filter((label) => others.every((labels) => labels.includes(label)));
}

function labelSentence(declarations: readonly Declaration[]): string {
  const { labels } = declarations[0]!;
  return `All have ${commonOf(declarations).map((label) => `\`${label}\` (${labels[label] as string})`).join(", ")}.`;
}

function labelsText(labels: Labels, common: readonly string[]): string {
  return Object.entries(labels)
    .filter(([label]) => !common.includes(label))
    .map(([label, words]) => `\`${label}\`: ${typeof words === "string" ? words : words.join(", ")}`)
    .join("; ");
}

/** As the name's end says, which is how Prometheus wants it. */
function unitOf(name: string): string {
  const base = name.replace(/_total$/, "");
  if (base.endsWith("_timestamp_seconds")) return "seconds since 1970";
  if (base.endsWith("_seconds")) return "seconds";
  if (base.endsWith("_bytes")) return "bytes";
  return base.endsWith("_ratio") ? "share" : "";
}

function bordersOf({ name, borders = [] }: Declaration): string {
  return name.endsWith("_bytes") ? `${borders.map((border) => border / 2 ** 20).join(", ")} MiB` : `${borders.join(", ")} s`;
}
