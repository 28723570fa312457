import { spawn } from "node:child_process";
import { open, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { clusterFolder } from "./cluster.ts";
import type { PostgresIdentity } from "./identity.ts";
import { SOCKET_PORT } from "./socket.ts";

/** For a laptop: a day's 40 million rows do not cause a checkpoint every few seconds. */
const SETTINGS = {
  listen_addresses: "",
  port: String(SOCKET_PORT),
  max_connections: "100",
  shared_buffers: "128MB",
  max_wal_size: "2GB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};

const LONGEST_LOG = 1024 * 1024;

/** A server that was started. */
export interface StartedServer {
  readonly pid: number | undefined;
  /** Null while it is running. */
  ended(): Promise<EndedServer | null>;
}

export interface EndedServer {
  /** 0 if it was asked to stop. */
  readonly exitCode: number | null;
  /** What it has logged since its start. */
  readonly output: string;
}

/**
 * Starts the server in its own session: Ctrl-C in the terminal reaches only the commands, which decide whether it stops.
 *
 * @param socket the folder of its socket; it listens on no port
 */
export async function startServer(
  identity: PostgresIdentity,
  socket: string,
  settings: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Promise<StartedServer> {
  const log = path.join(identity.folder, "server.log");
  const before = (await stat(log).catch(() => null))?.size ?? 0;
  const file = await open(log, before > LONGEST_LOG ? "w" : "a", 0o600);
  const from = before > LONGEST_LOG ? 0 : before;
  const all = { ...SETTINGS, unix_socket_directories: `"${socket.replaceAll('"', '""')}"`, ...settings };
  const args = ["-D", clusterFolder(identity), ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const server = spawn(path.join(identity.binaries, "bin", "postgres"), args, { ...identity.as, env, cwd: "/", detached: true, stdio: ["ignore", file.fd, file.fd] });
  let failure: string | null = null;
  server.on("error", (error) => (failure = error.message));
  server.unref();
  await file.close();
  return {
    pid: server.pid,
    async ended() {
      if (failure !== null) return { exitCode: null, output: failure };
      if (server.exitCode === null && server.signalCode === null) return null;
      return { exitCode: server.exitCode, output: (await readFile(log)).subarray(from).toString("utf8") };
    },
  };
}
