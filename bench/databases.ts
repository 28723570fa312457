import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { startOrAdoptPostgres } from "../src/local/postgres/postgres.ts";
import { aPostgresPlace } from "../test/support/postgres/local-postgres-place.ts";
import { endBy, tidyUpAtTheEnd } from "../test/support/processes/tidy-up.ts";

/** A durable Postgres for this run, with a separate database for each measurement. */
export interface Databases {
  /** Runs `work` with an empty database, then drops it. */
  withFresh<T>(work: (url: string) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export async function openDatabases(): Promise<Databases> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-postgres-"));
  // Root's Postgres runs as nobody, and would else put its data elsewhere.
  await chmod(folder, 0o755);
  const server = await startOrAdoptPostgres(aPostgresPlace(path.join(folder, "postgres")));
  const stop = tidyUpAtTheEnd(`pid="$1"; ${endBy("INT")}; rm -r "$2"`, String(server.pid), folder);
  let made = 0;
  return {
    async withFresh(work) {
      const name = `bench_${++made}`;
      await query(server.url, `create database ${name} template template0`);
      try {
        return await work(server.url.replace("/sluice?", `/${name}?`));
      } finally {
        await query(server.url, `drop database ${name} with (force)`);
      }
    },
    stop,
  };
}

/** One statement on its own connection. */
export async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
