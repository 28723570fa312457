import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS, SWEEPS } from "./controller.ts";
import type { Declaration, Labels } from "./declaration.ts";
import { BATCHES } from "./worker.ts";
import { OTHER } from "./label-values.ts";

/** docs/metrics.md, from the declarations. */
export function renderMetrics(): string {
  return [
    "# Metrics",
    "<!-- Generated from src/metrics by `npm run docs`; a test checks that it is up to date. -->",
    "The controller and the pods of sweeps serve `/metrics` in Prometheus' text format. `metrics.podMonitor.enabled` in the chart creates the PodMonitors for them. `sluice run --metrics-port N` and `sluice rerun --metrics-port N` serve the metrics of their own sweeps (`sluice_sweep_…` and `sluice_worker_…`) on 127.0.0.1 until the command ends.",
    [
      "- **A pod's measurements outlive it.** A batch may live for half a minute, less than the time between two scrapes. When it finishes, its sums and histograms go into the status of its Sweep, and the leader reports them as `sluice_sweep_…`. Each scrape reads them from the statuses, so they continue unchanged after a restart or with another leader.",
      "- **Take rates of sweeps, not of pods.** `rate(sluice_sweep_requests_total[5m])` misses nothing and grows when a batch finishes. `sluice_worker_…` shows the present, and its counters end with the pod. `rate(sluice_sweep_request_seconds_sum[5m])` is the mean number of requests in flight.",
      "- **With several replicas** use `max by (sweep_namespace, sweep)`. Each replica reports whether it leads (`sluice_leader`), and only the leader reports Sweeps, CronSweeps and datasets.",
      `- **Labels are bounded.** No label names a target or a batch. Where values are listed there are no others, except \`${OTHER}\`, which sums up what a worker of another version may report. A Sweep's namespace is \`sweep_namespace\`, because \`namespace\` is a label of the scrape.`,
      "- **A counter starts at 0** while its Sweep is unfinished, so that `increase()` sees the first step.",
    ].join("\n"),
    "A series is absent while its value is not known. A histogram has `_bucket` (with `le`), `_sum` and `_count`.",
    "## Controller: each replica",
    table(Object.values(PROCESS), []),
    "The library adds metrics of the process itself: `process_cpu_…`, `process_resident_memory_bytes`, `process_open_fds`, `process_start_time_seconds`, `nodejs_heap_…`, `nodejs_eventloop_lag_…`, `nodejs_gc_duration_seconds`, `nodejs_version_info` and others. Pods and commands report `sluice_build_info` too.",
    "## Controller: Sweeps, by the leader",
    table([PHASES_OF_SWEEPS], []),
    `${labelSentence(SWEEPS)} The leader reports every unfinished Sweep, and the newest hundred that finished within two days.`,
    table(SWEEPS, commonOf(SWEEPS)),
    "## Controller: CronSweeps, by the leader",
    labelSentence(CRON_SWEEPS),
    table(CRON_SWEEPS, commonOf(CRON_SWEEPS)),
    "## Controller: databases, by the leader",
    `${labelSentence(DATASETS)} The values are those of the newest prepare.`,
    table(DATASETS, commonOf(DATASETS)),
    "## Pods of sweeps",
    `${labelSentence(BATCHES)} A batch reports them from its claim until it ends; prepare reports only \`sluice_build_info\`. \`sluice run\` adds up all batches of a sweep, finished ones included, and reports the memory of the batch that is closest to its limit.`,
    table(BATCHES, commonOf(BATCHES)),
    "## Buckets",
    ["| histogram | upper bounds |", "|---|---|", ...[...Object.values(PROCESS), ...SWEEPS, ...BATCHES].filter(({ type }) => type === "histogram").map((one: Declaration) => `| \`${one.name}\` | ${bordersOf(one)} |`)].join("\n"),
    "",
  ].join("\n\n").replace(/\n+$/, "\n");
}

function table(declarations: readonly Declaration[], common: readonly string[]): string {
  return ["| metric | type | unit | labels | meaning |", "|---|---|---|---|---|", ...declarations.map((one) => `| \`${one.name}\` | ${one.type} | ${unitOf(one.name)} | ${labelsText(one.labels, common)} | ${one.help} |`)].join("\n");
}

/** The labels that all of them have. */
function commonOf(declarations: readonly Declaration[]): string[] {
  const [first, ...others] = declarations.map(({ labels }) => Object.keys(labels));
  return (first ?? []).filter((label) => others.every((labels) => labels.includes(label)));
}

function labelSentence(declarations: readonly Declaration[]): string {
  const { labels } = declarations[0]!;
  return `Labels of all of them: ${commonOf(declarations).map((label) => `\`${label}\` (${labels[label] as string})`).join(", ")}.`;
}

function labelsText(labels: Labels, common: readonly string[]): string {
  return Object.entries(labels)
    .filter(([label]) => !common.includes(label))
    .map(([label, values]) => `\`${label}\`: ${typeof values === "string" ? values : values.join(", ")}`)
    .join("; ");
}

/** From the suffix of the name, by Prometheus' conventions. */
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
