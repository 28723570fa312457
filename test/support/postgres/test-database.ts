import { randomBytes } from "node:crypto";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import { type LocalPostgres, startOrAdoptPostgres } from "../../../src/local/postgres/postgres.ts";
import { endBy, tidyUpAtTheEnd } from "../processes/tidy-up.ts";
import { untilGone } from "../time/until.ts";
import { aPostgresPlace } from "./local-postgres-place.ts";

export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is still connected. */
  drop(): Promise<void>;
}

/** An empty database on the server that all test files share. */
export async function createDatabase(): Promise<TestDatabase> {
  const url = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await execute(url, `CREATE DATABASE ${name} TEMPLATE template0`);
  return {
    url: url.replace("/sluice?", `/${name}?`),
    drop: () => execute(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

export interface PrivatePostgres {
  /** Stays the same when the server is killed and started again. */
  readonly url: string;
  /** Kills the server and waits until it is gone: connections break, nothing is written any more. */
  kill9(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A server of the test's own, as durable as a real one, for the tests that kill it. */
export async function startPrivatePostgres(settings: Readonly<Record<string, string>> = {}): Promise<PrivatePostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-private-"));
  await chmod(folder, 0o755);
  const place = aPostgresPlace(path.join(folder, "postgres"), { settings });
  const stop = tidyUpAtTheEnd(`pid=$(head -n 1 "$1/postgres/cluster/postmaster.pid") && { ${endBy("INT")}; }; rm -r "$1"`, folder);
  let server: LocalPostgres;
  try {
    server = await startOrAdoptPostgres(place);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: server.url,
    async kill9() {
      process.kill(server.pid, "SIGKILL");
      await untilGone(server.pid);
    },
    async start() {
      server = await startOrAdoptPostgres(place);
    },
    stop,
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
