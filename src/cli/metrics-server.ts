import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SurroundingsError } from "../model/errors.ts";
import type { Cli } from "./main.ts";
import { SweptMetrics } from "./swept-metrics.ts";

export interface MetricsServer {
  /** "http://127.0.0.1:9464/metrics" */
  readonly url: string;
  close(): void;
}

/**
 * GET /metrics, for a Prometheus on this machine: nobody else can reach it. Port 0: any that is free.
 * @throws SurroundingsError where the port cannot be had
 */
export async function serveMetrics(port: number, metrics: () => Promise<{ readonly contentType: string; readonly text: string }>): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end("there is /metrics\n");
      return;
    }
    metrics().then(
      ({ contentType, text }) => response.writeHead(200, { "content-type": contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
    );
  });
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new SurroundingsError(`--metrics-port ${port}: ${whyNot(error as NodeJS.ErrnoException)}; nothing was begun.`);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "another program listens on that port of 127.0.0.1";
  if (code === "EACCES") return "this user may not listen on that port";
  return message;
}

/** Does the work of a command with its metrics served, where a port is given: before anything is touched, and until it ends. */
export async function withMetrics<T>(cli: Cli, port: number | undefined, work: (metrics: SweptMetrics | null) => Promise<T>): Promise<T> {
  if (port === undefined) return work(null);
  const metrics = new SweptMetrics(cli);
  const server = await serveMetrics(port, () => metrics.text());
  try {
    cli.stderr.write(`Metrics are at ${server.url}.\n`);
    return await work(metrics);
  } finally {
    server.close();
  }
}
