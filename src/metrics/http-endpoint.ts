import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SurroundingsError } from "../model/errors.ts";

/** What one program answers. */
export interface Pages {
  readonly "/metrics": () => Promise<MetricsPage>;
  /** Each of these answers 200, or 503 with the sentence that it returns. */
  readonly "/healthz"?: HealthCheck;
  readonly "/readyz"?: HealthCheck;
}

/** @returns null while all is well */
export type HealthCheck = () => string | null;

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export interface EndpointOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Default: every address of the machine or pod. */
  readonly address?: string;
  /** The option or variable that sets the port, for the error message. Absent where nobody can choose it. */
  readonly setting?: string;
  readonly pages: Pages;
}

export interface HttpEndpoint {
  readonly port: number;
  close(): void;
}

/** The kubelet, one or two Prometheus servers and a person never need more. */
const MAX_CONNECTIONS = 8;

/** A connection that sends no request gives its place back after this time. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves /metrics, /healthz and /readyz: in a pod of a sweep, in the controller and for `sluice run`. An open connection does not keep
 * the program from ending.
 * @throws SurroundingsError where it cannot listen on the port
 */
export async function serveHttp({ port, address, setting, pages }: EndpointOptions): Promise<HttpEndpoint> {
  const server = createServer({ headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(request, response, pages).catch((error: unknown) => send(response, 500, TEXT, `${String(error)}\n`));
  });
  server.unref().on("connection", (socket) => socket.unref());
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, address);
  await once(server, "listening").catch((error: unknown) => {
    const place = address === undefined ? `port ${port}` : `${address}:${port}`;
    const advice = setting === undefined ? "" : ` Choose another port with ${setting}.`;
    throw new SurroundingsError(`Cannot serve ${listOf(pages)} on ${place}: ${listenProblem(error as NodeJS.ErrnoException)}.${advice}`, { cause: error });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const TEXT = "text/plain";

async function answer({ method, url = "" }: IncomingMessage, response: ServerResponse, pages: Pages): Promise<void> {
  const path = method === "GET" || method === "HEAD" ? url.split("?")[0] : null;
  if (path === "/metrics") {
    const { contentType, text } = await pages[path]();
    send(response, 200, contentType, text);
    return;
  }
  const check = path === "/healthz" || path === "/readyz" ? pages[path] : undefined;
  if (check === undefined) {
    send(response, 404, TEXT, `GET ${listOf(pages)}\n`);
    return;
  }
  const problem = check();
  send(response, problem === null ? 200 : 503, TEXT, `${problem ?? "ok"}\n`);
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { "content-type": contentType, connection: "close" });
  response.end(text);
}

/** "/healthz, /readyz and /metrics" */
function listOf(pages: Pages): string {
  const paths = (["/healthz", "/readyz", "/metrics"] as const).filter((path) => pages[path] !== undefined);
  return paths.length === 1 ? paths[0]! : `${paths.slice(0, -1).join(", ")} and ${paths.at(-1)!}`;
}

function listenProblem({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "another program uses this port";
  if (code === "EACCES") return "this user may not listen on this port";
  return message;
}
