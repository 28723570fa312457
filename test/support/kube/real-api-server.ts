import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { tidyUpAtTheEnd } from "../processes/tidy-up.ts";
import { until } from "../time/until.ts";
import { CLUSTER, HELM, run, type Ended } from "./programs.ts";

/** A real API server without a node: what it accepts, refuses, stores and prints is what every cluster's does. */
export interface ApiServer {
  kubectl(args: readonly string[], input?: string): Promise<Ended>;
  helm(args: readonly string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/** Starts etcd and kube-apiserver on free ports of this machine. */
export async function startApiServer(): Promise<ApiServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-api-"));
  const [etcdPort, peerPort, port] = await freePorts();
  const etcdUrl = `http://127.0.0.1:${etcdPort!}`;
  const peerUrl = `http://127.0.0.1:${peerPort!}`;
  const config = path.join(folder, "kubeconfig");
  await writeFile(path.join(folder, "tokens.csv"), "admin-token,admin,admin,system:masters\n");
  await writeFile(config, JSON.stringify(kubeconfig(`https://127.0.0.1:${port!}`)));
  const key = path.join(folder, "accounts.key");
  await run("openssl", ["genrsa", "-out", key, "2048"]);
  const etcd = start(folder, "etcd", ["--data-dir", path.join(folder, "etcd"), "--unsafe-no-fsync", "--log-level=error", `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`, `--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=default=${peerUrl}`]);
  const server = start(folder, "kube-apiserver", [
    `--etcd-servers=${etcdUrl}`, `--secure-port=${port!}`, "--bind-address=127.0.0.1", `--cert-dir=${path.join(folder, "pki")}`, "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc", `--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`, `--token-auth-file=${path.join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC", "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
    // Accounts are made by a controller, and there is none here.
    "--disable-admission-plugins=ServiceAccount",
  ]);
  const tidyUp = tidyUpAtTheEnd('kill -TERM "$1" "$2"; while kill -0 "$1" || kill -0 "$2"; do sleep 0.02; done; rm -r "$3"', String(server.pid), String(etcd.pid), folder);
  const env = { KUBECONFIG: config, HOME: folder };
  const kubectl = (args: readonly string[], input = ""): Promise<Ended> => run(CLUSTER, args, { name: "kubectl", input, env });
  await until("the API server answers", async () => (await kubectl(["get", "--raw", "/readyz"])).code === 0, 100);
  await until("there is the namespace default", async () => (await kubectl(["get", "namespace", "default"])).code === 0);
  return { kubectl, helm: (args) => run(HELM!, args, { env }), stop: tidyUp };
}

function start(folder: string, name: string, args: readonly string[]): ChildProcess {
  const child = spawn(CLUSTER, args, { argv0: name, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(path.join(folder, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

/** Its certificate is its own, made when it starts. */
function kubeconfig(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token: "admin-token" } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "admin" } }],
    "current-context": "local",
  };
}

/** Three ports that were free a moment ago: neither program tells which one it was given for 0. */
async function freePorts(): Promise<number[]> {
  const servers = [createServer(), createServer(), createServer()];
  await Promise.all(servers.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
