import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SurroundingsError } from "../model/errors.ts";

export interface StatusPages {
  /** Do the loops go on? Where not, the kubelet begins the process anew. */
  readonly isAlive: () => boolean;
  /** Was everything read once? */
  readonly isReady: () => boolean;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** GET /healthz, /readyz and /metrics. Port 0: any that is free. @throws SurroundingsError where the port is another's */
export async function serveStatus(port: number, pages: StatusPages): Promise<{ readonly port: number; close(): void }> {
  const server: Server = createServer((request, response) => {
    answer(request.url ?? "", response, pages).catch((error: unknown) => end(response, 500, String(error)));
  });
  server.listen(port);
  await once(server, "listening").catch((error: unknown) => {
    throw new SurroundingsError(`The port ${port} for /metrics and /healthz cannot be had: ${(error as Error).message}.`);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(url: string, response: ServerResponse, { isAlive, isReady, metrics }: StatusPages): Promise<void> {
  const page = url.split("?")[0];
  if (page === "/metrics") {
    const { contentType, text } = await metrics();
    response.setHeader("content-type", contentType);
    end(response, 200, text);
  } else if (page === "/healthz") say(response, isAlive(), "a look at an object does not come to its end");
  else if (page === "/readyz") say(response, isReady(), "not everything was read yet");
  else end(response, 404, "there are /healthz, /readyz and /metrics");
}

function say(response: ServerResponse, isWell: boolean, otherwise: string): void {
  end(response, isWell ? 200 : 503, isWell ? "ok" : otherwise);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.end(`${text}\n`);
}
