import { Agent, EnvHttpProxyAgent, type Dispatcher } from "undici";
import { SurroundingsError } from "../model/errors.ts";
import type { RequestSpec } from "../model/resolved.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The connections: HTTP/1.1 kept alive, one request at a time on each, through the proxy that the environment names.
 * HTTP/2 is off because its one shared window lets a slow stream hold up its neighbours.
 * A private CA needs nothing here: Node reads NODE_EXTRA_CA_CERTS by itself.
 */
export function openDispatcher(timeouts: RequestSpec["timeouts"], environment: Environment, connections: number): Dispatcher {
  const options = { connections, pipelining: 1, allowH2: false, connectTimeout: timeouts.connectSeconds * 1000 };
  const httpProxy = proxyOf(environment, "http_proxy");
  const httpsProxy = proxyOf(environment, "https_proxy");
  if (httpProxy === "" && httpsProxy === "") return new Agent(options);
  const noProxy = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  return new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy });
}

/** "" where there is none: undici would look into the environment by itself for undefined. Lower case wins, as with curl. */
function proxyOf(environment: Environment, name: string): string {
  const value = (environment[name] ?? environment[name.toUpperCase()] ?? "").trim();
  if (value === "") return "";
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    // The value is not shown: it may hold a password.
    throw new SurroundingsError(`The environment's ${name.toUpperCase()} is not a proxy's URL such as http://proxy.example:3128.`);
  }
  return value;
}
