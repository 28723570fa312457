import { randomBytes } from "node:crypto";
import type { Cluster } from "../../cluster/cluster.ts";

export interface TestNamespace {
  readonly name: string;
  /** Resolves once it is gone, with everything in it. */
  remove(): Promise<void>;
}

/** The test's own namespace, which enforces the restricted Pod Security Standard. */
export async function createNamespace(cluster: Cluster, about: string): Promise<TestNamespace> {
  const name = `${about}-${randomBytes(3).toString("hex")}`;
  await cluster.apply({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  return {
    name,
    async remove() {
      await cluster.kubectl("delete", "namespace", name, "--timeout=120s");
    },
  };
}
