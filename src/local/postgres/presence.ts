import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { SurroundingsError } from "../../model/errors.ts";
import { OWNER } from "./cluster.ts";
import { SOCKET_PORT } from "./socket.ts";

export const DATABASE = "sluice";

/** Each command that uses the server holds this lock in shared mode; the one that stops it holds it exclusively. */
const PRESENCE_LOCK = 0x51_01_ce;

/** How long a closed connection may still be listed: Postgres removes it after the client has gone. */
const GOODBYE_TRIES = 40;
const GOODBYE_MS = 50;

/**
 * A connection that a command keeps while it uses the server. The last one to leave takes the lock exclusively, so that a
 * server is never stopped under a command that has just arrived: that one waits for the lock, loses its connection when the
 * server stops, and starts a new server.
 */
export interface Presence {
  /** Whether this command is the last one and must stop the server. If so, new commands wait until the server has stopped. */
  isLast(): Promise<boolean>;
  leave(): Promise<void>;
  /** Resolves when the connection has ended. */
  readonly lost: Promise<void>;
}

/** Null if no server listens on the socket; "busy" if one does that is starting, stopping or recovering. */
export async function arrive(socket: string): Promise<Presence | "busy" | null> {
  try {
    return await connect(socket);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === "ENOENT" || code === "ECONNREFUSED") return null;
    if (code === "3D000") {
      await createDatabase(socket);
      return "busy";
    }
    // cannot_connect_now, admin_shutdown, crash_shutdown, or the socket closed on us.
    if (!(error instanceof DatabaseError) && code !== "EACCES") return "busy";
    if (code !== undefined && ["57P03", "57P01", "57P02"].includes(code)) return "busy";
    throw new SurroundingsError(`The local Postgres at ${socket} cannot be used: ${message}`, { cause: error });
  }
}

async function connect(socket: string): Promise<Presence> {
  const client = await open(socket, DATABASE);
  const lost = new Promise<void>((resolve) => void client.once("end", resolve));
  try {
    await client.query("SELECT pg_advisory_lock_shared($1)", [PRESENCE_LOCK]);
  } catch (error) {
    await close(client);
    throw error;
  }
  return { isLast: () => isLast(client), leave: () => close(client), lost };
}

/**
 * The lock is kept while others are still listed: of several that leave at once, one gets it, the others see that and go. Were it given
 * back between two looks, each could see the others waiting for it, and all would leave the server running.
 */
async function isLast(client: Client): Promise<boolean> {
  await client.query("SELECT pg_advisory_unlock_shared($1)", [PRESENCE_LOCK]);
  const { rows } = await client.query<{ alone: boolean }>("SELECT pg_try_advisory_lock($1) AS alone", [PRESENCE_LOCK]);
  if (!rows[0]!.alone) return false;
  for (let tries = GOODBYE_TRIES; tries > 0; tries -= 1) {
    const others = await client.query<{ arriving: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND NOT l.granted) AS arriving
       FROM pg_stat_activity a WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    if (others.rows.length === 0) return true;
    if (others.rows.some(({ arriving }) => arriving)) return false;
    await sleep(GOODBYE_MS);
  }
  return false;
}

/** Two commands may do it at once; the second one finds the database. */
async function createDatabase(socket: string): Promise<void> {
  const client = await open(socket, "postgres");
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const exists = ["42P04", "23505"].includes((error as { code?: string }).code ?? "");
    if (!exists) throw new SurroundingsError(`The local Postgres at ${socket} could not create its database: ${(error as Error).message}`, { cause: error });
  } finally {
    await close(client);
  }
}

async function open(socket: string, database: string): Promise<Client> {
  const client = new Client({
    host: socket,
    port: SOCKET_PORT,
    user: OWNER,
    database,
    ssl: false,
    application_name: "sluice presence",
    connectionTimeoutMillis: 10_000,
  });
  // A server that dies breaks the connection; the next query reports it.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function close(client: Client): Promise<void> {
  await client.end().catch(() => {});
}
