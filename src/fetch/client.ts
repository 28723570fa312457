import { validateHeaderName, validateHeaderValue } from "node:http";
import { Agent, EnvHttpProxyAgent, type Dispatcher } from "undici";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import type { RequestSpec } from "../model/resolved.ts";
import { Connections } from "./connections.ts";
import { exchange, type Line, type Wish, type Reply } from "./exchange.ts";
import { checkInflaters } from "./inflate.ts";
import { hiding, type Hide } from "./reason.ts";

export interface ClientOptions {
  readonly request: Pick<RequestSpec, "timeouts" | "compression">;
  /** With their values, including secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values of headers that a reply's reason must not show. */
  readonly secrets: readonly string[];
  /** For http_proxy, https_proxy, no_proxy, in either case. */
  readonly environment: Environment;
  /** The most requests in flight. */
  readonly concurrency: number;
}

/** A connection pool. Disposing of it drops all connections; requests in flight end as broken. */
export interface Client extends AsyncDisposable {
  /** Rejects only with the signal's reason, or with an error of the sink or onWire. Everything that a server does is a Reply. */
  get(url: URL, wish: Wish): Promise<Reply>;
  /** Removes the secrets from a server's text. */
  readonly hide: Hide;
  /** Bytes that open inflaters may hold outside of JavaScript's heap. */
  readonly heldBytes: number;
}

const MAX_REDIRECTS = 3;

/** @throws SpecError for a header that cannot be sent, SurroundingsError for an unusable proxy or Node */
export function openClient({ request, headers, secrets, environment, concurrency }: ClientOptions): Client {
  checkInflaters(request.compression);
  const hide = hiding(secrets);
  const open = connector(request.timeouts, environment);
  const line: Line = {
    connections: new Connections(open, concurrency),
    headers: allHeaders(headers, [...request.compression, "identity"].join(", ")),
    timeouts: request.timeouts,
    compression: request.compression,
    hide,
    open: new Set(),
  };

  async function get(asked: URL, wish: Wish): Promise<Reply> {
    let url = asked;
    for (let redirects = 0; ; redirects++) {
      const reply = await exchange(line, url, wish);
      if (reply.kind !== "declined" || reply.location === null) return reply;
      const next = redirectUrl(url, reply.location);
      const detail =
        next === null
          ? `HTTP ${reply.status} to another host: ${hide(reply.location).slice(0, 120)}`
          : `more than ${MAX_REDIRECTS} redirects`;
      if (next === null || redirects === MAX_REDIRECTS) {
        return { kind: "broken", code: "redirect", status: reply.status, detail, wireBytes: reply.wireBytes, textBytes: reply.textBytes };
      }
      wish.onRedirect?.();
      url = next;
    }
  }

  return {
    get,
    hide,
    get heldBytes() {
      let held = 0;
      for (const body of line.open) held += body.heldBytes;
      return held;
    },
    [Symbol.asyncDispose]: () => line.connections.destroy(),
  };
}

/** Null if it leads to another host, or from https to http: our headers may hold a secret. */
function redirectUrl(from: URL, location: string): URL | null {
  const to = URL.parse(location, from.href);
  if (to === null || to.host !== from.host || !/^https?:$/.test(to.protocol)) return null;
  return from.protocol === "https:" && to.protocol === "http:" ? null : to;
}

/** Names are sent as they are written, since some servers compare them so. A header of the spec replaces ours, in whatever case. */
function allHeaders(headers: Readonly<Record<string, string>>, acceptEncoding: string): Record<string, string> {
  const sent = new Map([["user-agent", ["user-agent", "sluice"]]]);
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      // Neither message shows the value: it may be a secret.
      throw new SpecError(`The header "${name}" or its value has characters that a header cannot have.`, { cause: error });
    }
    sent.set(name.toLowerCase(), [name, value]);
  }
  sent.set("accept-encoding", ["accept-encoding", acceptEncoding]);
  return Object.fromEntries(sent.values()) as Record<string, string>;
}

/** curl takes up to 100 KiB for a header and 300 for all. */
const LONGEST_HEADERS = 300 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens connections: HTTP/1.1 kept alive, one request at a time on each, through the proxy that the environment names.
 * HTTP/2 is off because its one shared window lets a slow stream hold up its neighbours.
 * A private CA needs nothing here: Node reads NODE_EXTRA_CA_CERTS by itself.
 */
function connector(timeouts: RequestSpec["timeouts"], environment: Environment): () => Dispatcher {
  const connect = timeouts.connectSeconds * 1000;
  const options = { connections: 1, pipelining: 1, allowH2: false, useMilo: false, connectTimeout: connect, maxHeaderSize: LONGEST_HEADERS };
  const httpProxy = proxyOf(environment, "http_proxy");
  const httpsProxy = proxyOf(environment, "https_proxy");
  if (httpProxy === "" && httpsProxy === "") return () => new Agent(options);
  const noProxy = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  return () => new EnvHttpProxyAgent({ ...options, httpProxy, httpsProxy, noProxy });
}

/** "" without a proxy, since for undefined undici reads the environment itself. Lower case wins, as with curl. */
function proxyOf(environment: Environment, name: string): string {
  const value = (environment[name] ?? environment[name.toUpperCase()] ?? "").trim();
  if (value === "") return "";
  if (!isProxyUrl(URL.parse(value))) {
    // The value is not shown: it may hold a password.
    throw new SurroundingsError(`The environment variable ${name.toUpperCase()} is not a proxy URL such as http://proxy.example:3128. A % in its user or password is written %25.`);
  }
  return value;
}

/** undici decodes user and password, and throws for a stray %. */
function isProxyUrl(url: URL | null): boolean {
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  try {
    decodeURIComponent(`${url.username}:${url.password}`);
    return true;
  } catch {
    return false;
  }
}
