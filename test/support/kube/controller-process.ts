import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

export interface ControllerProcess {
  readonly pid: number;
  /** What it told, a line of JSON each. */
  readonly log: readonly string[];
  /** Has not ended. */
  readonly isAlive: boolean;
  /** Its page of metrics. */
  metrics(): Promise<string>;
  /** As Kubernetes ends it. @returns its exit code, or the signal that it ended by */
  stop(): Promise<number | string | null>;
}

export interface ControllerPlace {
  /** The folder with controller.mjs. */
  readonly programs: string;
  /** https://host:port, and whom to trust for it. */
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  /** Its own. The Lease there has the same name, as in a release of that name. */
  readonly namespace: string;
  /** Those that it follows; only its own where nothing is said. */
  readonly namespaces?: readonly string[];
  readonly flags?: readonly string[];
  readonly logLevel?: string;
}

/** The controller beside the cluster, with the environment of the chart and a service account's files of its own. Returns once it leads. */
export async function startControllerProcess({ programs, url, ca, token, namespace, namespaces = [namespace], flags = [], logLevel = "info" }: ControllerPlace): Promise<ControllerProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-account-"));
  await writeFile(path.join(folder, "token"), token);
  await writeFile(path.join(folder, "ca.crt"), ca);
  const { hostname, port } = new URL(url);
  const child = spawn(process.execPath, [...flags, path.join(programs, "controller.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      SLUICE_SERVICE_ACCOUNT: folder,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      POD_NAMESPACE: namespace,
      POD_NAME: "beside",
      POD_UID: randomUUID(),
      SLUICE_NAMESPACES: namespaces.join(","),
      SLUICE_LEASE: namespace,
      SLUICE_PORT: "0",
      SLUICE_LOG_LEVEL: logLevel,
      SLUICE_IMAGE: "localhost/sluice:dev",
      SLUICE_IMAGE_PULL_POLICY: "IfNotPresent",
    },
  });
  const log: string[] = [];
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        log.push(line);
        if (line.includes('"msg":"leading"')) resolve();
      });
    }
    child.once("close", () => reject(new Error(`The controller ended at once: ${log.join("\n")}`)));
  });
  return {
    pid: child.pid!,
    log,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    async metrics() {
      const { port } = JSON.parse(log.find((line) => line.includes('"msg":"started"'))!) as { port: number };
      return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    },
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      await rm(folder, { recursive: true });
      return code ?? signal;
    },
  };
}
