import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, lchown, lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Postgres refuses to run as root. 65534 is nobody, on every Linux and without making a user. */
const NOBODY = 65534;

/** As whom the programs of Postgres run, and where their files then lie. */
export interface PostgresIdentity {
  /** Stands before each command line: a program that executes the rest in its own place, so the process id stays. */
  readonly prefix: readonly string[];
  /** What spawn is told beside it. */
  readonly as: { readonly uid?: number; readonly gid?: number };
  /** Who owns the files; null: whoever runs this. */
  readonly owner: number | null;
  readonly folder: string;
  readonly binaries: string;
}

export interface IdentityQuestion {
  readonly uid: number;
  readonly folder: string;
  readonly binaries: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For root: where files go that nobody must reach, when the way to `folder` is closed to others. */
  readonly systemFolder: string;
}

/**
 * A person runs Postgres as himself. Root runs it in a user namespace where he is called nobody, which leaves all
 * files where and whose they are; where namespaces are forbidden, as nobody, in folders that nobody can reach.
 */
export async function choosePostgresIdentity(question: IdentityQuestion): Promise<PostgresIdentity> {
  const { uid, folder, binaries, env } = question;
  if (uid !== 0) return { prefix: [], as: {}, owner: null, folder, binaries };
  const prefix = ["unshare", "--user", `--map-user=${NOBODY}`, "--"];
  if (await works(prefix, env)) return { prefix, as: {}, owner: 0, folder, binaries };
  const reachable = (await isOpenToOthers(path.dirname(folder))) ? folder : path.join(question.systemFolder, `postgres-${digest(folder)}`);
  await mkdir(reachable, { recursive: true });
  await chmod(reachable, 0o755);
  return {
    prefix: [],
    as: { uid: NOBODY, gid: NOBODY },
    owner: NOBODY,
    folder: reachable,
    binaries: (await isOpenToOthers(binaries)) ? binaries : await copyBinaries(binaries, reachable),
  };
}

/** A short name that tells two folders apart. */
function digest(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 12);
}

async function works(prefix: readonly string[], env: IdentityQuestion["env"]): Promise<boolean> {
  const [command, ...args] = prefix;
  return await run(command!, [...args, "true"], { env: { ...env } }).then(() => true, () => false);
}

/** May everybody pass through each folder on the way? */
async function isOpenToOthers(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return folder === path.dirname(folder) || (await isOpenToOthers(path.dirname(folder)));
}

async function copyBinaries(binaries: string, folder: string): Promise<string> {
  const copy = path.join(folder, "binaries");
  if (await isSameBinary(binaries, copy)) return copy;
  const fresh = `${copy}.${process.pid}`;
  await cp(binaries, fresh, { recursive: true, preserveTimestamps: true });
  await rm(copy, { recursive: true, force: true });
  // A second command may have been faster: its copy is as good.
  await rename(fresh, copy).catch(() => rm(fresh, { recursive: true, force: true }));
  return copy;
}

async function isSameBinary(binaries: string, copy: string): Promise<boolean> {
  const name = path.join("bin", "postgres");
  const [ours, theirs] = await Promise.all([stat(path.join(binaries, name)), stat(path.join(copy, name)).catch(() => null)]);
  return theirs !== null && theirs.size === ours.size && Math.trunc(theirs.mtimeMs) === Math.trunc(ours.mtimeMs);
}

/** Gives a folder and all in it to the identity, where it changed since the last time. */
export async function giveTo(identity: PostgresIdentity, folder: string): Promise<void> {
  if (identity.owner === null) return;
  const owner = identity.owner;
  if ((await lstat(folder)).uid === owner) return;
  for (const name of await readdir(folder, { recursive: true })) await lchown(path.join(folder, name), owner, owner);
  // Last, because it is what says that all the rest was done.
  await lchown(folder, owner, owner);
}
