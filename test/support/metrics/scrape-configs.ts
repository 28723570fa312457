/** A scrape configuration as Prometheus reads it, but for how it comes to the pods. */
export interface ScrapeConfig {
  readonly job_name: string;
  /** Whose pods are looked at; null: all. */
  readonly namespaces: readonly string[] | null;
  readonly relabel_configs: readonly Relabeling[];
  readonly [setting: string]: unknown;
}

/** What the chart uses of a PodMonitor. */
export interface PodMonitor {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly selector: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly { readonly key: string; readonly operator: "In"; readonly values: readonly string[] }[];
    };
    readonly namespaceSelector?: { readonly any?: boolean; readonly matchNames?: readonly string[] };
    readonly podTargetLabels?: readonly string[];
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path: string; readonly interval: string }[];
  };
}

export interface Relabeling {
  readonly source_labels?: readonly string[];
  readonly action?: "keep" | "drop";
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
}

/** What the Prometheus operator makes of a PodMonitor: generatePodMonitorConfig in its pkg/prometheus/promcfg.go, without sharding. */
export function scrapesOfPodMonitor({ metadata, spec }: PodMonitor): ScrapeConfig[] {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  const { any = false, matchNames = [metadata.namespace] } = spec.namespaceSelector ?? {};
  const wanted = [...Object.entries(matchLabels).map(([key, value]) => ({ key, values: [value] })), ...matchExpressions];
  return spec.podMetricsEndpoints.map(({ port, path, interval }, index) => ({
    job_name: `podMonitor/${metadata.namespace}/${metadata.name}/${index}`,
    namespaces: any ? null : matchNames,
    metrics_path: path,
    scrape_interval: interval,
    scrape_timeout: interval,
    relabel_configs: [
      ENDED,
      ...wanted.map(({ key, values }): Relabeling => ({ action: "keep", source_labels: [`${LABEL}_${plain(key)}`, `${LABEL}present_${plain(key)}`], regex: `(${values.join("|")});true` })),
      { action: "keep", source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: port },
      ...PLACE,
      { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "container" },
      ...(spec.podTargetLabels ?? []).map((name): Relabeling => ({ source_labels: [`${LABEL}_${plain(name)}`], target_label: plain(name), regex: "(.+)", replacement: "${1}" })),
      { target_label: "job", replacement: `${metadata.namespace}/${metadata.name}` },
      { target_label: "endpoint", replacement: port },
    ],
  }));
}

/** Pods that ask for it by the annotations prometheus.io/scrape, port and path, as Prometheus' own example for Kubernetes finds them. */
export function scrapesByAnnotations(namespace: string, interval: string): ScrapeConfig {
  return {
    job_name: "annotated",
    namespaces: [namespace],
    scrape_interval: interval,
    scrape_timeout: interval,
    relabel_configs: [
      ENDED,
      { action: "keep", source_labels: [`${ANNOTATION}_scrape`], regex: "true" },
      { source_labels: [`${ANNOTATION}_path`], target_label: "__metrics_path__", regex: "(.+)" },
      { source_labels: ["__meta_kubernetes_pod_ip", `${ANNOTATION}_port`], target_label: "__address__", regex: "(.+);(\\d+)", replacement: "$1:$2" },
      ...PLACE,
    ],
  };
}

const LABEL = "__meta_kubernetes_pod_label";
const ANNOTATION = "__meta_kubernetes_pod_annotation_prometheus_io";

/** A pod that has ended keeps its address for a while. */
const ENDED: Relabeling = { action: "drop", source_labels: ["__meta_kubernetes_pod_phase"], regex: "(Failed|Succeeded)" };

const PLACE: readonly Relabeling[] = [
  { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
  { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
];

/** As Prometheus writes a name of Kubernetes. */
function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, "_");
}
