import { serveHttp } from "../metrics/http-endpoint.ts";
import type { Cli } from "./main.ts";
import { SweptMetrics } from "./swept-metrics.ts";

const LOOPBACK = "127.0.0.1";

/**
 * Does the work of a command. Where a port is given, its metrics are served to this machine alone, from before anything is changed until the
 * command ends.
 * @param port 0: any free port
 * @throws SurroundingsError where it cannot listen on the port
 */
export async function withMetrics<T>(cli: Cli, port: number | undefined, work: (metrics: SweptMetrics | null) => Promise<T>): Promise<T> {
  if (port === undefined) return work(null);
  const metrics = new SweptMetrics(cli);
  const server = await serveHttp({ port, address: LOOPBACK, setting: "--metrics-port", pages: { "/metrics": () => metrics.text() } });
  try {
    cli.stderr.write(`Metrics are at http://${LOOPBACK}:${server.port}/metrics.\n`);
    return await work(metrics);
  } finally {
    server.close();
  }
}
