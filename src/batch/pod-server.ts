import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SurroundingsError } from "../model/errors.ts";

export interface PodPages {
  /** Why it does not go on, or null. */
  readonly problem: () => string | null;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface PodServer {
  readonly port: number;
  close(): void;
}

/**
 * Says by GET /healthz whether the program goes on: 200, or 503 with a sentence; and at /metrics what it measures. One that crawls at its memory
 * limit answers late or never, which says it, too. The program ends while it still listens.
 *
 * @param port 0 for any
 * @throws SurroundingsError where it is in use
 */
export async function servePod(port: number, pages: PodPages): Promise<PodServer> {
  const server = createServer((request, response) => {
    const page = request.method === "GET" ? request.url?.split("?")[0] : null;
    if (page === "/healthz") sayHealth(response, pages.problem());
    else if (page === "/metrics") void pages.metrics().then(({ contentType, text }) => end(response, 200, contentType, text), (error: unknown) => end(response, 500, TEXT, `${String(error)}\n`));
    else end(response, 404, TEXT, "there are /healthz and /metrics\n");
  });
  // Whoever asks must not keep the program from ending, by holding a connection either.
  server.unref().on("connection", (socket) => socket.unref());
  server.maxConnections = 8;
  server.listen(port);
  await once(server, "listening").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") throw new SurroundingsError(`The port ${port}, for /healthz and /metrics, is in use.`);
    throw error;
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

const TEXT = "text/plain";

function sayHealth(response: ServerResponse, problem: string | null): void {
  end(response, problem === null ? 200 : 503, TEXT, `${problem ?? "ok"}\n`);
}

function end(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { "content-type": contentType, connection: "close" });
  response.end(text);
}
