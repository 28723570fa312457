import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SurroundingsError } from "../../model/errors.ts";
import { isAlive } from "../is-alive.ts";
import { linkLibraries } from "./binaries.ts";
import { clusterFolder, ensureCluster, OWNER, folderFailure, postgresFailure } from "./cluster.ts";
import { type PostgresIdentity, choosePostgresIdentity, giveTo } from "./identity.ts";
import { type Presence, arrive, DATABASE } from "./presence.ts";
import { type EndedServer, type StartedServer, startServer } from "./server.ts";
import { forgetSocketFolder, SOCKET_PORT, socketFolder } from "./socket.ts";

export interface LocalPostgresPlace {
  /** A folder that is the server's alone; made where it is missing. */
  readonly dataDir: string;
  /** The folder with bin, lib and share (see postgresBinaries). */
  readonly binaries: string;
  /** PATH (for unshare), XDG_RUNTIME_DIR (for the socket of a data folder with a long name). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the system, for short-lived files. */
  readonly temporary: string;
  /** The user's number: Postgres refuses root (0), who is then called nobody. */
  readonly uid: number;
  /** Milliseconds, of any steady clock. */
  readonly now: () => number;
  /** Sentences for the person who waits. */
  readonly log: (sentence: string) => void;
  /** Settings of the server beyond ours, for instance fsync=off for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where root's files go when the way to dataDir is closed to others and user namespaces are forbidden. */
  readonly systemFolder?: string;
}

export interface LocalPostgres {
  /** Over a Unix socket; for pg and everything that knows libpq's URLs. */
  readonly url: string;
  /** It ran already. */
  readonly adopted: boolean;
  readonly pid: number;
  /** Stops the server if nobody else uses it. Calling it again does nothing. */
  release(): Promise<void>;
}

/** A recovery reads up to max_wal_size of log; a stop writes as much. */
const PATIENCE_MS = 300_000;
const TELL_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 20;

/**
 * The Postgres of this machine: the one that runs on the data folder, or a new one. Any number of commands may do this
 * at once and end with one server, because Postgres' own lock on its folder decides: who loses adopts.
 *
 * @throws SurroundingsError when the disk is full, the folder not writable, or the data of another version
 */
export async function startOrAdoptPostgres(place: LocalPostgresPlace): Promise<LocalPostgres> {
  const folders = await prepareFolders(place);
  const deadline = place.now() + PATIENCE_MS;
  const tellAt = place.now() + TELL_AFTER_MS;
  let told = false;
  let started: StartedServer | null = null;
  while (place.now() < deadline) {
    const look = await lookAround(folders);
    if (look.presence !== null) return localPostgres(folders, look.presence, look.pid, look.pid !== started?.pid);
    const ended = (await started?.ended()) ?? null;
    if (ended !== null) {
      if (isOurFault(ended)) throw postgresFailure("start", folders.identity.folder, ended.words);
      started = null;
    }
    if (look.mayStart && started === null) started = await startServer(folders.identity, folders.socket, place.settings ?? {}, folders.env);
    if (!told && place.now() > tellAt) {
      told = true;
      place.log("Waiting for the local Postgres: it recovers what it wrote before it was interrupted.");
    }
    await wait(LOOK_EVERY_MS);
  }
  throw new SurroundingsError(`The local Postgres in ${folders.identity.folder} did not answer within ${PATIENCE_MS / 60_000} minutes: see server.log there.`);
}

type Look = { readonly presence: Presence; readonly pid: number } | { readonly presence: null; readonly mayStart: boolean };

/** Who is on the data folder, with what stands in the way of a start cleared away. */
async function lookAround({ identity, socket }: Folders): Promise<Look> {
  const cluster = clusterFolder(identity);
  // Before the socket is tried: who was ready then and is not to be reached now will never be.
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
  if (before !== null && !before.running && isAlive(before.pid)) await removeStaleLock(cluster, before);
  return { presence: null, mayStart: !before?.running };
}

/**
 * It is not when another command stopped our server before we came to use it, or when another server has the folder:
 * one that we shall adopt, or the last processes of one that was killed.
 */
function isOurFault({ exitCode, words }: EndedServer): boolean {
  return exitCode !== 0 && !/postmaster\.pid" already exists|pre-existing shared memory block/.test(words);
}

/** Its socket was in a temporary folder which has been swept away: nobody will ever connect to it again. */
function stopUnreachable(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has just gone by itself.
  }
}

interface Folders {
  readonly identity: PostgresIdentity;
  /** For the programs of Postgres. */
  readonly env: NodeJS.ProcessEnv;
  readonly socket: string;
}

async function prepareFolders(place: LocalPostgresPlace): Promise<Folders> {
  const folder = path.resolve(place.dataDir);
  const { env, uid, binaries, systemFolder = "/var/lib/sluice" } = place;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const identity = await choosePostgresIdentity({ uid, folder, binaries, env, systemFolder });
    const libraries = path.join(identity.folder, "libraries");
    await linkLibraries(identity.binaries, libraries);
    const programEnv = { PATH: env["PATH"], LD_LIBRARY_PATH: `${libraries}:${path.join(identity.binaries, "lib")}`, LC_ALL: "C", TZ: "UTC" };
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
    release: () => (released ??= release(identity, presence, pid)),
  };
}

async function release(identity: PostgresIdentity, presence: Presence, pid: number): Promise<void> {
  // A connection that is broken means that the server has gone already, or that another command has restarted it.
  const last = await presence.isLast().catch(() => false);
  if (last) {
    process.kill(pid, "SIGINT");
    while ((await readPostmaster(clusterFolder(identity)))?.pid === pid || isAlive(pid)) await wait(LOOK_EVERY_MS);
    await forgetSocketFolder(identity);
  }
  await presence.leave();
}

/** Of postmaster.pid, from 0. */
const STATUS_LINE = 7;

/** The server's own process, as it stands in its data folder. */
export interface Postmaster {
  readonly pid: number;
  /** A server that was killed leaves its file behind, and by now the number may be somebody else's. */
  readonly running: boolean;
  /** Its sockets are open. */
  readonly ready: boolean;
}

/** Who holds the data folder according to its postmaster.pid; null where there is no such file. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(lockFile(cluster), "utf8").catch(() => null);
  const pid = Number.parseInt(text ?? "", 10);
  if (!(pid > 0)) return null;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return { pid, running: command.split("\0").includes(cluster), ready: text!.split("\n")[STATUS_LINE]?.trim() === "ready" };
}

/**
 * Removes a postmaster.pid whose number now belongs to another process: Postgres would take that one for its server
 * and refuse to start. (It recognizes by itself a number that belongs to nobody.)
 */
export async function removeStaleLock(cluster: string, stale: Postmaster): Promise<void> {
  const aside = `${lockFile(cluster)}.${process.pid}`;
  try {
    await rename(lockFile(cluster), aside);
  } catch {
    return;
  }
  const text = await readFile(aside, "utf8");
  // A second command may have started its server between our look and our deed: put its file back.
  if (Number.parseInt(text, 10) !== stale.pid) await writeFile(lockFile(cluster), text, { flag: "wx", mode: 0o600 });
  await rm(aside);
}

function lockFile(cluster: string): string {
  return path.join(cluster, "postmaster.pid");
}
