import { once } from "node:events";
import { Client } from "pg";
import { startOrAdoptPostgres } from "../../../src/local/postgres/postgres.ts";
import { aPostgresPlace } from "./local-postgres-place.ts";

/**
 * A command that uses the local Postgres, as a process of its own: says on which server it is, once it has asked it
 * something, and goes when its standard input ends.
 *
 * Arguments: the data folder, and how many times to come and go.
 */
const [dataDir, times] = process.argv.slice(2) as [string, string];

for (let time = 1; time <= Number(times); time += 1) {
  const server = await startOrAdoptPostgres(aPostgresPlace(dataDir, { settings: { fsync: "off" } }));
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
  if (time === Number(times)) {
    process.stdout.write(`${JSON.stringify({ pid: server.pid, adopted: server.adopted })}\n`);
    await once(process.stdin.resume(), "end");
  }
  await server.release();
}
