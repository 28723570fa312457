import { command } from "./command.ts";

/** kubectl and helm as the administrator of any cluster. */
export class KubernetesTools {
  readonly kubeconfig: string;

  constructor(kubeconfig: string) {
    this.kubeconfig = kubeconfig;
  }

  kubectl(...words: readonly string[]): Promise<string> {
    return command("kubectl", ["--kubeconfig", this.kubeconfig, ...words]);
  }

  helm(...words: readonly string[]): Promise<string> {
    return command("helm", ["--kubeconfig", this.kubeconfig, ...words]);
  }

  async apply(...objects: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await command("kubectl", ["--kubeconfig", this.kubeconfig, "apply", "--filename", "-"], list);
  }
}
