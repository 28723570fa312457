import type { Cluster } from "../../cluster/cluster.ts";

/** Creates a Service for a process outside the cluster, so that pods reach it as NAME.NAMESPACE. */
export async function exposeOutsideService(cluster: Cluster, service: { readonly namespace: string; readonly name: string; readonly port: number }): Promise<void> {
  const { namespace, name, port } = service;
  await cluster.apply(
    { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec: { ports: [{ port }] } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { namespace, name, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [cluster.hostAddress] }],
      ports: [{ port }],
    },
  );
}
