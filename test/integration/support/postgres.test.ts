import { Client } from "pg";
import { expect, test } from "vitest";
import { createDatabase, startPrivatePostgres } from "../../support/postgres/test-database.ts";

test("each test file has an empty database of its own", async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
  await query(one.url, "CREATE TABLE t (n int)");
  expect(await query(two.url, "SELECT count(*)::int AS n FROM pg_tables WHERE tablename = 't'")).toEqual([{ n: 0 }]);
  await Promise.all([one.drop(), two.drop()]);
  await expect(query(one.url, "SELECT 1")).rejects.toThrow("does not exist");
});

test("a private server that was killed answers under the same URL with what was committed", async () => {
  const server = await startPrivatePostgres();
  try {
    await query(server.url, "CREATE TABLE t AS SELECT 7 AS n");
    await server.kill9();
    await expect(query(server.url, "SELECT 1")).rejects.toThrow(/ECONNREFUSED|ENOENT/);
    await server.start();
    expect(await query(server.url, "SELECT n FROM t")).toEqual([{ n: 7 }]);
  } finally {
    await server.stop();
  }
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
