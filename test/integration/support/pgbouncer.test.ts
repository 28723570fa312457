import { Client } from "pg";
import { expect, test } from "vitest";
import { pgbouncerIsHere, startPgbouncer } from "../../support/postgres/pgbouncer.ts";
import { createDatabase } from "../../support/postgres/test-database.ts";

test.skipIf(!pgbouncerIsHere())("pgbouncer pools transactions: what a session sets is seen by its neighbour", async () => {
  const database = await createDatabase();
  const bouncer = await startPgbouncer(database.url, 1);
  const clients = [0, 1].map(() => new Client({ connectionString: bouncer.url }));
  try {
    for (const client of clients) await client.connect();
    const backends = await Promise.all(clients.map((client) => client.query<{ pid: number; name: string }>("SELECT pg_backend_pid() AS pid, current_database() AS name")));
    expect(new Set(backends.map(({ rows }) => rows[0]!.pid)).size).toBe(1);
    expect(database.url).toContain(backends[0]!.rows[0]!.name);
  } finally {
    for (const client of clients) await client.end();
    await bouncer.stop();
    await database.drop();
  }
});

test.skipIf(!pgbouncerIsHere())("pgbouncer refuses statement_timeout as a startup parameter", async () => {
  const database = await createDatabase();
  const bouncer = await startPgbouncer(database.url);
  try {
    const client = new Client({ connectionString: bouncer.url, statement_timeout: 1000 });
    await expect(client.connect()).rejects.toThrow("unsupported startup parameter");
  } finally {
    await bouncer.stop();
    await database.drop();
  }
});
