import { once } from "node:events";
import http from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach } from "vitest";
import { selfSigned } from "../../../src/simulate/certificate.ts";

/** A real server on a port of its own, closed when the test ends. */
export interface Served {
  readonly port: number;
  url(path?: string): URL;
  /** TCP connections that it has accepted. */
  readonly connections: () => number;
  /** Those that are open. */
  readonly open: () => number;
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(server: net.Server, scheme: string): Promise<Served> {
  const sockets = new Set<Duplex>();
  let connections = 0;
  server.on("connection", (socket: Duplex) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { port, url: (path = "/") => new URL(path, `${scheme}://127.0.0.1:${port}`), connections: () => connections, open: () => sockets.size };
}

export function anHttpServer(answer: http.RequestListener): Promise<Served> {
  return serve(http.createServer(answer), "http");
}

export const AUTHORITY = selfSigned();

export function anHttpsServer(answer: http.RequestListener): Promise<Served> {
  return serve(https.createServer({ key: AUTHORITY.key, cert: AUTHORITY.certificate }, answer), "https");
}

/** Speaks HTTP/2, and HTTP/1.1 with who asks for it. */
export function anHttp2Server(answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void): Promise<Served> {
  return serve(createSecureServer({ key: AUTHORITY.key, cert: AUTHORITY.certificate, allowHTTP1: true }, answer), "https");
}

/** Speaks no HTTP by itself: for what a server must never do. */
export function aRawServer(onRequest: (socket: net.Socket, head: string) => void): Promise<Served> {
  const server = net.createServer((socket) => {
    let head = "";
    socket.on("data", (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      const request = head;
      head = "";
      onRequest(socket, request);
    });
  });
  return serve(server, "http");
}

export interface Proxied extends Served {
  /** "CONNECT host:port" for a tunnel, "GET http://…" for a plain request, each with its proxy-authorization. */
  readonly seen: { readonly what: string; readonly authorization: string | undefined }[];
}

/** A forward proxy: tunnels by CONNECT, passes on absolute URLs; `refuse` is the status of every answer instead. */
export async function aProxy({ refuse }: { refuse?: number } = {}): Promise<Proxied> {
  const seen: Proxied["seen"] = [];
  const server = http.createServer((request, response) => {
    seen.push({ what: `${request.method ?? ""} ${request.url ?? ""}`, authorization: request.headers["proxy-authorization"] });
    const onward = http.get(request.url!, { headers: { ...request.headers, connection: "close" } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
  });
  server.on("connect", (request: http.IncomingMessage, socket: Duplex) => {
    seen.push({ what: `CONNECT ${request.url ?? ""}`, authorization: request.headers["proxy-authorization"] });
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const onward = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  return { ...(await serve(server, "http")), seen };
}
