import { setTimeout as wait } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { SurroundingsError } from "../../model/errors.ts";
import { OWNER } from "./cluster.ts";
import { SOCKET_PORT } from "./socket.ts";

export const DATABASE = "sluice";

/** Says "a command is using this server": held shared by each of them, and alone by the one that stops it. */
const PRESENCE_LOCK = 0x51_01_ce;

/** How long an ended connection may still be seen: Postgres clears it away after the client has gone. */
const GOODBYE_TRIES = 40;
const GOODBYE_MS = 50;

/**
 * A connection that a command keeps as long as it uses the server. Because the last one to leave asks for the lock alone,
 * no server is stopped under a command that has just arrived: it waits, its connection breaks with the server, and it starts one.
 */
export interface Presence {
  /** Whether the server is ours to stop; then newcomers are held off until it is gone. */
  isLast(): Promise<boolean>;
  leave(): Promise<void>;
}

/** null: nobody listens there; "busy": a server does, which is starting, stopping or recovering. */
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
    throw new SurroundingsError(`The local Postgres at ${socket} cannot be used: ${message}`);
  }
}

async function connect(socket: string): Promise<Presence> {
  const client = await open(socket, DATABASE);
  try {
    await client.query("SELECT pg_advisory_lock_shared($1)", [PRESENCE_LOCK]);
  } catch (error) {
    await end(client);
    throw error;
  }
  return { isLast: () => isLast(client), leave: () => end(client) };
}

async function isLast(client: Client): Promise<boolean> {
  await client.query("SELECT pg_advisory_unlock_shared($1)", [PRESENCE_LOCK]);
  for (let tries = GOODBYE_TRIES; tries > 0; tries -= 1) {
    const { rows } = await client.query<{ alone: boolean }>("SELECT pg_try_advisory_lock($1) AS alone", [PRESENCE_LOCK]);
    if (!rows[0]!.alone) return false;
    const others = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1",
    );
    if (others.rowCount === 0) return true;
    await client.query("SELECT pg_advisory_unlock($1)", [PRESENCE_LOCK]);
    await wait(GOODBYE_MS);
  }
  return false;
}

/** Two commands may do it at once, and one that comes second has lost nothing. */
async function createDatabase(socket: string): Promise<void> {
  const client = await open(socket, "postgres");
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const alreadyThere = ["42P04", "23505"].includes((error as { code?: string }).code ?? "");
    if (!alreadyThere) throw new SurroundingsError(`The local Postgres at ${socket} could not make its database: ${(error as Error).message}`);
  } finally {
    await end(client);
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
  // A server that dies takes the connection with it; who uses it finds out by the next query.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function end(client: Client): Promise<void> {
  await client.end().catch(() => {});
}
