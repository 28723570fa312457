import { type ApiProxy, startApiProxy } from "../../support/kube/cutting-proxy.ts";
import { targetOfKubeconfig } from "../../support/kube/kubeconfig-target.ts";
import type { Installation } from "./installation.ts";
import { exposeOutsideService } from "./outside-service.ts";

const NAME = "cutting-proxy";

/** Puts a proxy between the installation's controller and the API server: another CA and address, but the account's own token. */
export async function speakThroughProxy(installation: Installation): Promise<ApiProxy> {
  const { cluster, namespace } = installation;
  const host = `${NAME}.${namespace}.svc.cluster.local`;
  const { server, ca } = await targetOfKubeconfig(cluster.kubeconfig);
  const proxy = await startApiProxy({ server, ...(ca === undefined ? {} : { ca }) }, { secure: true, host: cluster.hostAddress, name: host });
  const port = Number(new URL(proxy.url).port);
  await exposeOutsideService(cluster, { namespace, name: NAME, port });
  await installation.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: NAME }, data: { "ca.crt": proxy.ca! } });
  const account = [
    { serviceAccountToken: { path: "token" } },
    { configMap: { name: NAME, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
  ];
  const controller = {
    name: "controller",
    env: [
      { name: "KUBERNETES_SERVICE_HOST", value: host },
      { name: "KUBERNETES_SERVICE_PORT", value: String(port) },
    ],
    volumeMounts: [{ name: "account", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true }],
  };
  const pod = { automountServiceAccountToken: false, containers: [controller], volumes: [{ name: "account", projected: { sources: account } }] };
  await installation.kubectl("patch", "deployment", namespace, "--patch", JSON.stringify({ spec: { template: { spec: pod } } }));
  await installation.kubectl("rollout", "status", "deployment", namespace, "--timeout=120s");
  return proxy;
}
