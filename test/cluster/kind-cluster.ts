import type { Cluster, Part } from "./cluster.ts";
import { command } from "./command.ts";
import { KubernetesTools } from "./kubernetes-tools.ts";
import { SIGNAL_PROCESSES } from "./pod-processes.ts";

/** The parts that kind's kubelet runs as static pods, by manifest. The others are systemd services of the node. */
const MANIFESTS: Partial<Record<Part, string>> = {
  etcd: "etcd",
  apiserver: "kube-apiserver",
  controllers: "kube-controller-manager",
  scheduler: "kube-scheduler",
};

/** A cluster of kind. Its node is a container, reached by `docker exec`. */
export class KindCluster extends KubernetesTools implements Cluster {
  readonly nodeName: string;
  readonly hostAddress: string;
  readonly #name: string;

  /** @param gateway this machine's address in Docker's network "kind" */
  constructor(name: string, gateway: string, kubeconfig: string) {
    super(kubeconfig);
    this.#name = name;
    this.hostAddress = gateway;
    this.nodeName = `${name}-control-plane`;
  }

  async stopPart(part: Part): Promise<void> {
    const manifest = MANIFESTS[part];
    if (manifest === undefined) return this.#onNode(`systemctl stop ${part}`);
    await this.#onNode(`mv /etc/kubernetes/manifests/${manifest}.yaml /root/; while pgrep -x ${manifest}; do sleep 0.1; done`);
  }

  async startPart(part: Part): Promise<void> {
    const manifest = MANIFESTS[part];
    if (manifest === undefined) return this.#onNode(`systemctl start ${part}`);
    await this.#onNode(`if [ -e /root/${manifest}.yaml ]; then mv /root/${manifest}.yaml /etc/kubernetes/manifests/; fi`);
    if (part === "apiserver") await this.#onNode("until curl -ksf https://127.0.0.1:6443/readyz; do sleep 0.1; done");
  }

  /** Unlike on the local cluster, the kubelet and systemd restart a part that died. */
  killPart(part: Part, signal: string): Promise<void> {
    return this.#onNode(`pkill -${signal} -x ${MANIFESTS[part] ?? part}`);
  }

  killInPod(podUid: string, word: string, signal: string): Promise<void> {
    return this.#onNode(SIGNAL_PROCESSES, podUid, word, signal);
  }

  auditLog(): Promise<string> {
    return command("docker", ["exec", this.nodeName, "cat", "/var/log/kubernetes/audit.log"]);
  }

  async loadImage(archive: string): Promise<void> {
    await command("kind", ["load", "image-archive", "--name", this.#name, archive]);
  }

  async nameImage(image: string, second: string): Promise<() => Promise<void>> {
    await this.#onNode(`ctr --namespace k8s.io images tag ${image} ${second}`);
    return () => this.#onNode(`ctr --namespace k8s.io images remove ${second}`);
  }

  async #onNode(script: string, ...words: readonly string[]): Promise<void> {
    await command("docker", ["exec", this.nodeName, "timeout", "60", "bash", "-c", script, "on-node", ...words]);
  }
}
