import type { Cli } from "./context.ts";
import { serveMetrics } from "./metrics-server.ts";
import { SweptMetrics } from "./swept-metrics.ts";

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
