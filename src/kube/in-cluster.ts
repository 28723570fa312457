import { readFile } from "node:fs/promises";
import path from "node:path";
import { Agent, type Dispatcher } from "undici";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { Connection } from "./requests.ts";

export interface InCluster {
  /** /var/run/secrets/kubernetes.io/serviceaccount: with token and ca.crt in it. */
  readonly folder: string;
  /** KUBERNETES_SERVICE_HOST: a name, an IPv4 or a bare IPv6 address. */
  readonly host: string;
  /** KUBERNETES_SERVICE_PORT */
  readonly port: string;
}

const READ_AGAIN_SECONDS = 60;

/**
 * As a pod speaks to its API server. Token and CA are read again each minute, since both are replaced while the pod lives.
 * Close it by `dispatcher.close()`.
 * @throws SurroundingsError where the pod has no service account's token
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

/** The namespace that the pod itself is in. */
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

  /** What was read last is used on where it cannot be read just now: the kubelet replaces the files one by one. */
  async refresh(): Promise<void> {
    if (this.#clock.monotonic() - this.#readAt < READ_AGAIN_SECONDS * 1000) return;
    try {
      const [token, authority] = [(await contentOf(this.#folder, "token")).trim(), await contentOf(this.#folder, "ca.crt")];
      this.token = token;
      this.#readAt = this.#clock.monotonic();
      if (authority === this.#authority) return;
      this.#authority = authority;
      const former = this.#agent;
      this.#agent = new Agent({ allowH2: false, connect: { ca: authority, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 } });
      // Requests that run go to their end over the old connections.
      void former?.close();
    } catch (error) {
      if (this.#agent === undefined) throw error;
    }
  }
}

async function contentOf(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new SurroundingsError(`The service account's ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
}
