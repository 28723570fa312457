import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

export interface ControllerProcess {
  readonly pid: number;
  /** What it told, a line of JSON each. */
  readonly log: readonly string[];
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
  /** Its own; it follows this one only. The Lease there has the same name, as in a release of that name. */
  readonly namespace: string;
  readonly flags?: readonly string[];
  readonly logLevel?: string;
}

/** The controller beside the cluster, with the environment of the chart and a service account's files of its own. Returns once it leads. */
export async function startControllerProcess({ programs, url, ca, token, namespace, flags = [], logLevel = "info" }: ControllerPlace): Promise<ControllerProcess> {
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
      SLUICE_NAMESPACES: namespace,
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
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      await rm(folder, { recursive: true });
      return code ?? signal;
    },
  };
}
