import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SurroundingsError } from "../../model/errors.ts";
import { isAlive } from "../proc.ts";
import { folderFailure, makeFolder } from "../make-folder.ts";
import { linkLibraries } from "./binaries.ts";
import { clusterFolder, ensureCluster, OWNER, postgresFailure } from "./cluster.ts";
import { type PostgresIdentity, choosePostgresIdentity, giveTo } from "./identity.ts";
import { type Presence, arrive, DATABASE } from "./presence.ts";
import { type EndedServer, type StartedServer, startServer } from "./server.ts";
import { forgetSocketFolder, SOCKET_PORT, socketFolder } from "./socket.ts";

export interface LocalPostgresPlace {
  /** A folder for this server alone; created if it is missing. */
  readonly dataDir: string;
  /** The folder with bin, lib and share (see postgresBinaries). */
  readonly binaries: string;
  /** XDG_RUNTIME_DIR, for the socket if the path of the data folder is long. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The system's folder for short-lived files. */
  readonly temporary: string;
  /** The user's id: Postgres refuses root (0), who then runs it as nobody. */
  readonly uid: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Writes messages for the person who waits. */
  readonly log: (sentence: string) => void;
  /** Additional settings of the server, for instance fsync=off for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where root's files go if dataDir is in a folder closed to others. */
  readonly systemFolder?: string;
}

export interface LocalPostgres {
  /** Over a Unix socket; for pg and every other client that reads libpq's URLs. */
  readonly url: string;
  /** Whether the server was already running. */
  readonly adopted: boolean;
  readonly pid: number;
  /** Resolves when the server has gone, or has lost this command: until `release`, that is a failure. */
  readonly lost: Promise<void>;
  /** Stops the server if no other command uses it. Calling it again does nothing. */
  release(): Promise<void>;
}

/** A recovery reads up to max_wal_size of WAL, and a shutdown writes as much. */
const PATIENCE_MS = 300_000;
const NOTICE_AFTER_MS = 3_000;
const CHECK_EVERY_MS = 20;

/**
 * Uses the Postgres that runs on the data folder, or starts one. Any number of commands may do this at once and end up with
 * one server: Postgres' own lock on its folder decides, and the losers adopt the winner's server.
 *
 * @throws SurroundingsError if the disk is full, the folder is not writable, or the data is of another version
 */
export async function startOrAdoptPostgres(place: LocalPostgresPlace): Promise<LocalPostgres> {
  const folders = await prepareFolders(place);
  const deadline = place.now() + PATIENCE_MS;
  const noticeAt = place.now() + NOTICE_AFTER_MS;
  let isNoticed = false;
  let started: StartedServer | null = null;
  const locks = new StaleLocks(place.now);
  while (place.now() < deadline) {
    const found = await survey(folders, locks);
    if (found.presence !== null) return localPostgres(folders, found.presence, found.pid, found.pid !== started?.pid);
    const ended = (await started?.ended()) ?? null;
    if (ended !== null) {
      if (isStartFailure(ended)) throw postgresFailure("start", folders.identity.folder, ended.output);
      started = null;
    }
    if (found.mayStart && started === null) started = await startServer(folders.identity, folders.socket, place.settings ?? {}, folders.env);
    if (!isNoticed && place.now() > noticeAt) {
      isNoticed = true;
      place.log("Waiting for the local Postgres, which is recovering from an interruption.");
    }
    await sleep(CHECK_EVERY_MS);
  }
  throw new SurroundingsError(`The local Postgres in ${folders.identity.folder} did not answer within ${PATIENCE_MS / 60_000} minutes: see server.log in that folder.`);
}

type Survey = { readonly presence: Presence; readonly pid: number } | { readonly presence: null; readonly mayStart: boolean };

/** Finds out whether a server has the data folder, and clears away what blocks a start. */
async function survey({ identity, socket }: Folders, locks: StaleLocks): Promise<Survey> {
  const cluster = clusterFolder(identity);
  // Read before the socket is tried: a server that was ready then and cannot be reached afterwards never will be.
  const before = await readPostmaster(cluster);
  const presence = await arrive(socket);
  if (presence === "busy") return { presence: null, mayStart: false };
  if (presence !== null) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster !== null) return { presence, pid: postmaster.pid };
    await presence.leave();
    return { presence: null, mayStart: false };
  }
  if (before?.running && before.ready) stopUnreachable(before.pid);
  if (!before?.running) await locks.remove([lockFile(cluster), path.join(socket, `.s.PGSQL.${SOCKET_PORT}.lock`)], cluster);
  return { presence: null, mayStart: !before?.running };
}

/**
 * Not if another command stopped our server before we used it, or if another server has the folder: one to adopt, or the
 * last processes of a killed one.
 */
function isStartFailure({ exitCode, output }: EndedServer): boolean {
  return exitCode !== 0 && !/lock file "[^"]*" (?:already exists|is empty)|pre-existing shared memory block/.test(output);
}

/** Stops a server whose socket was in a temporary folder that has been deleted: nobody can connect to it any more. */
function stopUnreachable(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has just exited.
  }
}

interface Folders {
  readonly identity: PostgresIdentity;
  /** The environment of Postgres' programs. */
  readonly env: NodeJS.ProcessEnv;
  readonly socket: string;
}

async function prepareFolders(place: LocalPostgresPlace): Promise<Folders> {
  const folder = path.resolve(place.dataDir);
  const { env, uid, binaries, systemFolder = "/var/lib/sluice" } = place;
  try {
    // Of root it has to be open: the user nobody passes through it, and the server's own folders in it are closed.
    await makeFolder(folder, uid === 0 ? 0o755 : 0o700);
    const identity = await choosePostgresIdentity({ uid, folder, binaries, systemFolder });
    const libraries = path.join(identity.folder, "libraries");
    await linkLibraries(identity.binaries, libraries);
    const programEnv = { LD_LIBRARY_PATH: `${libraries}:${path.join(identity.binaries, "lib")}`, LC_ALL: "C", TZ: "UTC" };
    await ensureCluster(identity, programEnv);
    await giveTo(identity, clusterFolder(identity));
    return { identity, env: programEnv, socket: await socketFolder(identity, [env["XDG_RUNTIME_DIR"], place.temporary]) };
  } catch (error) {
    throw error instanceof SurroundingsError ? error : folderFailure(folder, error);
  }
}

function localPostgres({ identity, socket }: Folders, presence: Presence, pid: number, adopted: boolean): LocalPostgres {
  let released: Promise<void> | null = null;
  return {
    url: `postgres://${OWNER}@/${DATABASE}?host=${encodeURIComponent(socket)}&port=${SOCKET_PORT}&sslmode=disable`,
    adopted,
    pid,
    lost: presence.lost,
    release: () => (released ??= release(identity, presence, pid)),
  };
}

async function release(identity: PostgresIdentity, presence: Presence, pid: number): Promise<void> {
  // A broken connection means that the server has already stopped, or that another command has restarted it.
  const last = await presence.isLast().catch(() => false);
  if (last) {
    process.kill(pid, "SIGINT");
    while ((await readPostmaster(clusterFolder(identity)))?.pid === pid || isAlive(pid)) await sleep(CHECK_EVERY_MS);
    await forgetSocketFolder(identity);
  }
  await presence.leave();
}

/** In postmaster.pid, from 0. */
const STATUS_LINE = 7;

/** The server's main process, as recorded in its data folder. */
interface Postmaster {
  readonly pid: number;
  /** False for the file of a killed server, whose PID may by now belong to another process. */
  readonly running: boolean;
  /** Whether its sockets are open. */
  readonly ready: boolean;
}

/** The server that has the data folder according to its postmaster.pid; null without that file. */
async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(lockFile(cluster), "utf8").catch(() => null);
  const pid = Number.parseInt(text ?? "", 10);
  if (!(pid > 0)) return null;
  return { pid, running: await isServerOf(cluster, pid), ready: text!.split("\n")[STATUS_LINE]?.trim() === "ready" };
}

function lockFile(cluster: string): string {
  return path.join(cluster, "postmaster.pid");
}

/** A server writes its PID right after it has created the file. */
const EMPTY_FOR_MS = 2_000;

/**
 * The lock files that a killed server leaves, in its data folder and beside its socket. Postgres itself removes one whose PID is no
 * process. It refuses to start where the PID now belongs to another process, and where the file is empty.
 */
class StaleLocks {
  readonly #now: () => number;
  readonly #emptySince = new Map<string, number>();

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Deletes those of these files that belong to no server of the cluster. Call it again: an empty file may be one that is being written. */
  async remove(files: readonly string[], cluster: string): Promise<void> {
    for (const file of files) {
      const text = await readFile(file, "utf8").catch(() => null);
      if (text !== null && (await this.#isStale(file, text, cluster))) await removeIfSame(file, text);
    }
  }

  async #isStale(file: string, text: string, cluster: string): Promise<boolean> {
    const pid = Number.parseInt(text, 10);
    if (pid > 0) {
      this.#emptySince.delete(file);
      return isAlive(pid) && !(await isServerOf(cluster, pid));
    }
    const since = this.#emptySince.get(file) ?? this.#now();
    this.#emptySince.set(file, since);
    return this.#now() - since > EMPTY_FOR_MS;
  }
}

/** Whether this process is the main process of the cluster's server. A PID alone proves nothing, since PIDs are reused. */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.split("\0").includes(cluster);
}

/** A second command may have started its server since the file was read: then it gets its file back. */
async function removeIfSame(file: string, text: string): Promise<void> {
  const moved = `${file}.${process.pid}`;
  try {
    await rename(file, moved);
  } catch {
    return;
  }
  const found = await readFile(moved, "utf8");
  if (found !== text) await writeFile(file, found, { flag: "wx", mode: 0o600 });
  await rm(moved);
}
