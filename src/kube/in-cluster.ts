import { readFile } from "node:fs/promises";
import path from "node:path";
import { Agent, type Dispatcher } from "undici";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { Connection } from "./requests.ts";

interface InCluster {
  /** The folder with token, ca.crt and namespace: /var/run/secrets/kubernetes.io/serviceaccount. */
  readonly folder: string;
  /** KUBERNETES_SERVICE_HOST: a name, an IPv4 or a bare IPv6 address. */
  readonly host: string;
  /** KUBERNETES_SERVICE_PORT */
  readonly port: string;
}

const REFRESH_SECONDS = 60;

/**
 * The connection of a pod to its API server. Token and CA are read every minute, since both are replaced while the pod lives.
 * Close it with `dispatcher.close()`.
 * @throws SurroundingsError where the service account's files cannot be read
 */
export async function inClusterConnection(place: InCluster, clock: Clock): Promise<Connection> {
  const host = place.host.includes(":") ? `[${place.host}]` : place.host;
  const account = new ServiceAccount(place.folder, clock);
  await account.refresh();
  return {
    server: `https://${host}:${place.port}`,
    get dispatcher() {
      return account.dispatcher;
    },
    async headers() {
      await account.refresh();
      return { authorization: `Bearer ${account.token}` };
    },
  };
}

/** The pod's own namespace. */
export async function ownNamespace(folder: string): Promise<string> {
  return (await contentOf(folder, "namespace")).trim();
}

class ServiceAccount {
  token = "";
  #folder: string;
  #clock: Clock;
  #authority = "";
  #agent: Agent | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  get dispatcher(): Dispatcher {
    return this.#agent!;
  }

  /** Keeps the last values where a file cannot be read: the kubelet replaces the files one by one. */
  async refresh(): Promise<void> {
    if (this.#clock.monotonic() - this.#readAt < REFRESH_SECONDS * 1000) return;
    try {
      const [token, authority] = [(await contentOf(this.#folder, "token")).trim(), await contentOf(this.#folder, "ca.crt")];
      this.token = token;
      this.#readAt = this.#clock.monotonic();
      if (authority === this.#authority) return;
      this.#authority = authority;
      const former = this.#agent;
      this.#agent = new Agent({ allowH2: false, connect: { ca: authority, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 } });
      // Requests in flight finish over the old connections.
      void former?.close();
    } catch (error) {
      if (this.#agent === undefined) throw error;
    }
  }
}

async function contentOf(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new SurroundingsError(`The service account's ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
}
