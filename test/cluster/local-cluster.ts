import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Cluster, Part } from "./cluster.ts";
import { command } from "./command.ts";
import { KubernetesTools } from "./kubernetes-tools.ts";
import { SIGNAL_PROCESSES } from "./pod-processes.ts";

/** The cluster of `run`, seen from inside its namespaces. */
export class LocalCluster extends KubernetesTools implements Cluster {
  readonly nodeName = "node1";
  /** The address of the pods' bridge. */
  readonly hostAddress = "10.244.0.1";
  readonly #folder: string;

  constructor(folder: string, kubeconfig: string) {
    super(kubeconfig);
    this.#folder = folder;
  }

  async stopPart(part: Part): Promise<void> {
    await command("part", ["stop", part]);
  }

  async startPart(part: Part): Promise<void> {
    await command("part", ["start", part]);
  }

  async killPart(part: Part, signal: string): Promise<void> {
    await command("part", ["kill", part, signal]);
  }

  async killInPod(podUid: string, word: string, signal: string): Promise<void> {
    await command("bash", ["-c", SIGNAL_PROCESSES, "signal", podUid, word, signal]);
  }

  auditLog(): Promise<string> {
    return readFile(path.join(this.#folder, "log/audit.log"), "utf8");
  }

  async loadImage(archive: string): Promise<void> {
    await this.#images("import", archive);
  }

  async nameImage(image: string, second: string): Promise<() => Promise<void>> {
    await this.#images("tag", image, second);
    return () => this.#images("remove", second);
  }

  async #images(...words: readonly string[]): Promise<void> {
    await command("ctr", ["--address", path.join(this.#folder, "containerd.sock"), "--namespace", "k8s.io", "images", ...words]);
  }
}
