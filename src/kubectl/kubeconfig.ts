import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, ProxyAgent, type Dispatcher } from "undici";
import type { Connection } from "../kube/requests.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";

/** What a person says of the cluster, as to kubectl. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

export interface KubeconfigPlace {
  readonly connection: Connection;
  /** Its name, for sentences. */
  readonly context: string;
  readonly namespace: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The files that a kubeconfig is put together from, as kubectl looks for them; none where there are none. */
export function kubeconfigFiles({ kubeconfig }: ClusterChoice, environment: Environment): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (environment["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  const files = listed.length > 0 ? listed : [path.join(environment["HOME"] ?? "/", ".kube", "config")];
  return files.filter((file) => existsSync(file));
}

/**
 * Speaks with a cluster as kubectl does: with its CA, certificates, tokens, exec plugins, proxy and server name, over one pool.
 * @throws SpecError where the files do not name such a context, SurroundingsError where they cannot be read
 */
export async function kubeconfigConnection(files: readonly string[], { context }: ClusterChoice): Promise<KubeconfigPlace> {
  const config = await readFiles(files);
  const name = context ?? config.getCurrentContext();
  const known = config.getContexts().map((one) => one.name);
  if (!known.includes(name)) {
    const what = context === undefined && name === "" ? `${files.join(", ")} names no current context` : `There is no context ${JSON.stringify(name)} in ${files.join(", ")}`;
    throw new SpecError(`${what}; known: ${known.join(", ") || "none"}.`);
  }
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new SpecError(`The context ${name} names a cluster that is not in ${files.join(", ")}.`);
  const { server } = cluster;
  return {
    context: name,
    namespace: config.getContextObject(name)?.namespace ?? "default",
    connection: {
      server,
      dispatcher: dispatcherFor(server, cluster.proxyUrl, await credentials(config, server)),
      headers: async () => headersOf(await credentials(config, server)),
    },
  };
}

/** Only loaded where it is needed: it is two megabytes of program. */
async function readFiles(files: readonly string[]): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const read = files.map((file) => {
    try {
      const config = new KubeConfig();
      config.loadFromFile(file);
      return config;
    } catch (error) {
      throw new SurroundingsError(`The kubeconfig ${file} cannot be read: ${sentenceOf(error)}`);
    }
  });
  const [first, ...others] = read;
  // The first file to say something wins, as with kubectl.
  others.forEach((other) => first!.mergeConfig(other, true));
  return first!;
}

/** Read anew for each request: tokens change, and exec plugins have their own idea of how long theirs is good. */
async function credentials(config: KubeConfig, server: string): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  // What listens without TLS is a `kubectl proxy`, which asks for no credentials, and none should be sent in the clear.
  if (server.startsWith("http:")) return options;
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    throw new SurroundingsError(`The credentials of the context ${config.getCurrentContext()} cannot be had: ${sentenceOf(error)}`);
  }
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers as Record<string, string>);
  const basic = typeof auth === "string" ? [["authorization", `Basic ${Buffer.from(auth).toString("base64")}`]] : [];
  return Object.fromEntries([...basic, ...given.map(([name, value]) => [name.toLowerCase(), value])]) as Record<string, string>;
}

function dispatcherFor(server: string, proxy: string | undefined, { ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Dispatcher {
  const tls = Object.fromEntries(Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined));
  const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxy === undefined) return new Agent({ allowH2: false, connect });
  if (!/^https?:/.test(proxy)) throw new SpecError(`The proxy ${proxy} of the cluster at ${server} is none that is known here: http:// and https:// are.`);
  return new ProxyAgent({ uri: proxy, requestTls: tls, allowH2: false });
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message.trim().split("\n")[0]! : String(error);
}
