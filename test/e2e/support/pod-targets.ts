import type { Pod } from "../../../src/kube/object.ts";

/** An entry of a file for Prometheus' file_sd_configs. */
export interface TargetGroup {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What Prometheus' own discovery would say of pods, of what relabeling goes by: buildPod in its discovery/kubernetes/pod.go. Debian's
 * Prometheus is built without it, so a test tells it what is there. Only of containers that name a port.
 */
export function targetsOfPods(pods: Iterable<Pod>): TargetGroup[] {
  return [...pods].flatMap(({ metadata, spec, status }) => {
    const address = status?.podIP;
    if (address === undefined) return [];
    const pod = {
      __meta_kubernetes_namespace: metadata.namespace!,
      __meta_kubernetes_pod_name: metadata.name,
      __meta_kubernetes_pod_ip: address,
      __meta_kubernetes_pod_phase: status?.phase ?? "",
      ...named("label", metadata.labels),
      ...named("annotation", metadata.annotations),
    };
    return (spec?.containers ?? []).flatMap(({ name, ports = [] }) =>
      ports.map((port): TargetGroup => ({
        targets: [`${address}:${port.containerPort}`],
        labels: { ...pod, __meta_kubernetes_pod_container_name: name, __meta_kubernetes_pod_container_port_name: port.name ?? "" },
      })),
    );
  });
}

function named(what: "label" | "annotation", values: Readonly<Record<string, string>> = {}): Record<string, string> {
  const entries = Object.entries(values).map(([name, value]) => [name.replaceAll(/[^A-Za-z0-9_]/g, "_"), value] as const);
  return Object.fromEntries(entries.flatMap(([name, value]) => [[`__meta_kubernetes_pod_${what}_${name}`, value], [`__meta_kubernetes_pod_${what}present_${name}`, "true"]]));
}
