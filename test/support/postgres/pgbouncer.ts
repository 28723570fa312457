import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { endBy, tidyUpAtTheEnd } from "../processes/tidy-up.ts";
import { until } from "../time/until.ts";

const NOBODY = 65534;
const PROGRAM = "/usr/sbin/pgbouncer";

/** Tests that need it are skipped without it, and say "pgbouncer" in their title. */
export function pgbouncerIsHere(): boolean {
  return existsSync(PROGRAM);
}

export interface Pgbouncer {
  /** The same database through a pooler that gives a connection for a transaction only. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param poolSize connections to the server; clients beyond them wait */
export async function startPgbouncer(url: string, poolSize = 4): Promise<Pgbouncer> {
  const database = new URL(url.replace("@/", "@localhost/"));
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bouncer-"));
  const settings = path.join(folder, "pgbouncer.ini");
  await writeFile(
    settings,
    `[databases]
* = host=${database.searchParams.get("host")!} port=5432 user=${database.username}
[pgbouncer]
listen_addr =
unix_socket_dir = ${folder}
unix_socket_mode = 0700
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
logfile = ${path.join(folder, "pgbouncer.log")}
`,
  );
  // It refuses root, and the server's socket is closed to everyone but the user nobody, as whom the server runs for root.
  const as = process.getuid!() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
  const bouncer = spawn(PROGRAM, [settings], { ...as, stdio: "ignore" });
  const pid = bouncer.pid!;
  const stop = tidyUpAtTheEnd(`pid="$1"; ${endBy("TERM")}; rm -r "$2"`, String(pid), folder);
  const pooled = `postgres://${database.username}@${database.pathname}?host=${encodeURIComponent(folder)}&port=6432&sslmode=disable`;
  try {
    await until("pgbouncer answers", () => answers(pooled));
    return { url: pooled, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
