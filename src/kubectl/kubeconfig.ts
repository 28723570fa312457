import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, ProxyAgent, type Dispatcher } from "undici";
import type { Connection } from "../kube/requests.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";

/** Which cluster, by the options that kubectl has too. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

interface KubeconfigPlace {
  readonly connection: Connection;
  readonly namespace: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The existing files that make up the kubeconfig, found as kubectl finds them. */
export function kubeconfigFiles({ kubeconfig }: ClusterChoice, environment: Environment): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (environment["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  const files = listed.length > 0 ? listed : [path.join(environment["HOME"] ?? "/", ".kube", "config")];
  return files.filter((file) => existsSync(file));
}

/**
 * Connects to a cluster as kubectl does: with its CA, certificates, tokens, exec plugins, proxy and server name, over one pool.
 * @throws SpecError if the files have no such context, SurroundingsError if they cannot be read
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
  if (!URL.canParse(server)) throw new SpecError(`The cluster of the context ${name} has the server ${JSON.stringify(server)}, which is not a URL.`);
  return {
    namespace: config.getContextObject(name)?.namespace ?? "default",
    connection: {
      server,
      dispatcher: dispatcherFor(server, cluster.proxyUrl, await credentials(config, server)),
      headers: async () => headersOf(await credentials(config, server)),
    },
  };
}

/** The library is imported only here, when it is needed: it is two megabytes of code. */
async function readFiles(files: readonly string[]): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const read = files.map((file) => {
    try {
      const config = new KubeConfig();
      config.loadFromFile(file);
      return config;
    } catch (error) {
      throw new SurroundingsError(`The kubeconfig ${file} cannot be read: ${firstLineOf(error)}`, { cause: error });
    }
  });
  const [first, ...others] = read;
  // As in kubectl, the first file that sets a value wins.
  others.forEach((other) => first!.mergeConfig(other, true));
  return first!;
}

/** Read again for each request: tokens change, and an exec plugin decides how long its token is valid. */
async function credentials(config: KubeConfig, server: string): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  // Without TLS it is a `kubectl proxy`, which needs no credentials; none must be sent in the clear.
  if (server.startsWith("http:")) return options;
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    throw new SurroundingsError(`Cannot get the credentials of the context ${config.getCurrentContext()}: ${firstLineOf(error)}`, { cause: error });
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
  if (!/^https?:/.test(proxy) || !URL.canParse(proxy)) throw new SpecError(`The cluster at ${server} has the proxy ${proxy}: unsupported, use a URL with http:// or https://.`);
  return new ProxyAgent({ uri: proxy, requestTls: tls, allowH2: false });
}

function firstLineOf(error: unknown): string {
  return error instanceof Error ? error.message.trim().split("\n")[0]! : String(error);
}
