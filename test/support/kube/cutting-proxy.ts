import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Agent } from "undici";
import type { Connection } from "../../../src/kube/requests.ts";
import { selfSigned } from "../../../src/simulate/certificate.ts";

/** An API server, real or not, and how the proxy itself may speak to it where its client brings no token. */
export interface ApiTarget {
  readonly server: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

export interface Cut {
  /** From 1. */
  readonly nth: number;
  /** The server never hears of the write, or the client never hears of its answer. */
  readonly when: "before" | "after";
}

export interface ProxyOptions {
  readonly cut?: Cut;
  /** Speaks TLS to its clients too. */
  readonly secure?: boolean;
  readonly host?: string;
  /** The DNS name under which it is reached, beside localhost. */
  readonly name?: string;
}

export interface ApiProxy {
  readonly url: string;
  /** What a client must trust where it is secure. */
  readonly ca: string | undefined;
  /** "POST /apis/batch/v1/namespaces/one/jobs", those that count: no leases, no events, no questions whether one may. */
  readonly writes: readonly string[];
  /** Has the connection been cut? */
  readonly isCut: boolean;
  /** As if it had just been started: the writes are counted from the first again. */
  cutNext(cut: Cut | undefined): void;
  /** Breaks the connections over which watches run. @returns how many there were */
  cutWatches(): number;
  connection(): Connection;
  close(): Promise<void>;
}

const DOES_NOT_COUNT = /\/(?:leases|events|selfsubject\w+)(?:\/|$|\?)/;

/** Stands before an API server and cuts the connection of the n-th write. */
export async function startApiProxy(target: ApiTarget, options: ProxyOptions = {}): Promise<ApiProxy> {
  const host = options.host ?? "127.0.0.1";
  const identity = options.secure === true ? selfSigned(options.name === undefined ? [] : [options.name]) : undefined;
  const upstream = new Upstream(target);
  const sockets = new Set<Socket>();
  const watches = new Set<Socket>();
  const agents: Agent[] = [];
  const writes: string[] = [];
  let cut = options.cut;
  let isCut = false;
  const takesCut = (request: http.IncomingMessage): Cut["when"] | null => {
    if (request.method === "GET" || request.method === "HEAD" || DOES_NOT_COUNT.test(request.url!)) return null;
    writes.push(`${request.method!} ${request.url!}`);
    if (writes.length !== cut?.nth) return null;
    isCut = true;
    return cut.when;
  };
  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const { socket } = request;
    const when = takesCut(request);
    if (when === "before") {
      // A TLS socket cannot be reset, and its client would wait for an answer until its own time is up.
      if (identity === undefined) socket.resetAndDestroy();
      else socket.destroy();
      return;
    }
    if (/[?&]watch=(?:true|1)/.test(request.url!)) watches.add(socket);
    const passed = upstream.request(request);
    // Either side that goes takes the other with it.
    response.on("close", () => passed.destroy());
    passed.on("error", () => socket.destroy());
    passed.on("response", (answer) => {
      answer.on("error", () => socket.destroy());
      if (when === "after") answer.resume().on("end", () => socket.destroy());
      else {
        response.writeHead(answer.statusCode!, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      }
    });
    request.pipe(passed);
  };
  const server = identity === undefined ? http.createServer(serve) : https.createServer({ key: identity.key, cert: identity.certificate }, serve);
  for (const event of ["connection", "secureConnection"]) {
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        watches.delete(socket);
      });
    });
  }
  server.listen(0, host);
  await once(server, "listening");
  const url = `${identity === undefined ? "http" : "https"}://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ca: identity?.certificate,
    writes,
    get isCut() {
      return isCut;
    },
    cutNext(next) {
      cut = next;
      isCut = false;
      writes.length = 0;
    },
    cutWatches() {
      const open = [...watches];
      open.forEach((socket) => socket.destroy());
      return open.length;
    },
    connection() {
      const dispatcher = new Agent({ allowH2: false, ...(identity === undefined ? {} : { connect: { ca: identity.certificate } }) });
      agents.push(dispatcher);
      return { server: url, dispatcher, headers: () => Promise.resolve({}) };
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
      upstream.close();
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

/** Who brings a token of its own is not given the proxy's certificate, or it would be somebody else. */
class Upstream {
  readonly #target: ApiTarget;
  readonly #url: URL;
  readonly #open: http.Agent;
  readonly #known: http.Agent;

  constructor(target: ApiTarget) {
    const { server, ca, certificate: cert, key } = target;
    this.#target = target;
    this.#url = new URL(server);
    const isSecure = this.#url.protocol === "https:";
    this.#open = isSecure ? new https.Agent({ keepAlive: true, ca }) : new http.Agent({ keepAlive: true });
    this.#known = isSecure ? new https.Agent({ keepAlive: true, ca, cert, key }) : this.#open;
  }

  request({ method, url, headers }: http.IncomingMessage): http.ClientRequest {
    const isKnown = headers.authorization !== undefined;
    const { token } = this.#target;
    const { request } = this.#url.protocol === "https:" ? https : http;
    return request(new URL(url!, this.#url), {
      method: method!,
      agent: isKnown ? this.#open : this.#known,
      headers: { ...headers, host: this.#url.host, ...(isKnown || token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  }

  close(): void {
    this.#open.destroy();
    this.#known.destroy();
  }
}
