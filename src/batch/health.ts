import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface HealthServer {
  readonly port: number;
  close(): void;
}

/**
 * Says by GET /healthz whether the program goes on: 200, or 503 with a sentence. One that crawls at its memory limit answers late or never,
 * which says it, too. The program ends while it still listens.
 *
 * @param port 0 for any
 * @param problem why it does not go on, or null
 */
export async function serveHealth(port: number, problem: () => string | null): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const isHealth = request.method === "GET" && request.url === "/healthz";
    const said = isHealth ? problem() : "there is nothing here";
    response.writeHead(isHealth ? (said === null ? 200 : 503) : 404, { "content-type": "text/plain", connection: "close" });
    response.end(`${said ?? "ok"}\n`);
  });
  // Whoever asks must not keep the program from ending, by holding a connection either.
  server.unref().on("connection", (socket) => socket.unref());
  server.maxConnections = 8;
  server.listen(port);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
