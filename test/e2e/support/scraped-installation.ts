import { type Pod, PODS } from "../../../src/kube/object.ts";
import { alertGroups } from "../../support/alerts/expressions.ts";
import { ofKind, render } from "../../support/kube/rendered-chart.ts";
import { type PodMonitor, scrapesByAnnotations, scrapesOfPodMonitor } from "../../support/metrics/scrape-configs.ts";
import type { Installation } from "./installation.ts";
import { targetsOfPods } from "./pod-targets.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { follow } from "./watch-objects.ts";

const EVERY = "1s";

/** An installation whose pods a Prometheus scrapes as the chart says. */
export interface Observed {
  readonly prometheus: Prometheus;
  /** Prometheus' job names for the chart's PodMonitors of the controller and of the pods of sweeps. */
  readonly jobs: { readonly controller: string; readonly workers: string; readonly annotated: string };
  /** Of all pods that ever existed, by name. */
  readonly batchPods: ReadonlySet<string>;
  close(): Promise<void>;
}

/** @param alerts values of the chart */
export async function observe(installation: Installation, alerts: object): Promise<Observed> {
  const { namespace } = installation;
  const release = { name: namespace, namespace };
  const values = { watch: { namespaces: [namespace] } };
  const monitors = ofKind(await render({ ...values, metrics: { podMonitor: { enabled: true, interval: EVERY } } }, release), "PodMonitor") as unknown as PodMonitor[];
  // Each pod is found twice here and must not be counted twice: the second time, only `up` is kept.
  const annotated = { ...scrapesByAnnotations(namespace, EVERY), metric_relabel_configs: [{ action: "drop", source_labels: ["__name__"], regex: ".+" }] };
  const prometheus = await startPrometheus({
    scrapes: [...monitors.flatMap(scrapesOfPodMonitor), annotated],
    ruleGroups: await alertGroups(alerts, release, values),
    interval: EVERY,
  });
  const pods = new Map<string, Pod>();
  const batchPods = new Set<string>();
  let telling = Promise.resolve();
  const unfollow = await follow(installation, PODS, ({ before, after }) => {
    const { name, labels = {} } = (after ?? before)!.metadata;
    if (after === null) pods.delete(name);
    else pods.set(name, after);
    if (labels["app.kubernetes.io/component"] === "batch") batchPods.add(name);
    telling = telling.then(() => prometheus.discover(targetsOfPods(pods.values())));
  });
  return {
    prometheus,
    jobs: { controller: `${namespace}/${namespace}`, workers: `${namespace}/${namespace}-workers`, annotated: annotated.job_name },
    batchPods,
    async close() {
      await unfollow();
      await telling;
      await prometheus.close();
    },
  };
}
