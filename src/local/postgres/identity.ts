import { createHash } from "node:crypto";
import { chmod, cp, lchown, lstat, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { SurroundingsError } from "../../model/errors.ts";
import { folderFailure, makeFolder } from "../make-folder.ts";

/** Postgres refuses to run as root. 65534 is the user nobody on every Linux, so no user has to be created. */
const NOBODY = 65534;

/** The user as whom the programs of Postgres run, and where their files are. */
export interface PostgresIdentity {
  /** Options for spawn. */
  readonly as: { readonly uid?: number; readonly gid?: number };
  /** The owner of the files; null for the current user. */
  readonly owner: number | null;
  readonly folder: string;
  readonly binaries: string;
}

interface IdentityQuestion {
  readonly uid: number;
  readonly folder: string;
  readonly binaries: string;
  /** For root: where files go that the user nobody must reach, if `folder` or `binaries` is in a folder closed to others. */
  readonly systemFolder: string;
}

/**
 * An ordinary user runs Postgres as himself. Root runs it as nobody, in folders that nobody can reach: whoever takes over the server, with
 * COPY TO PROGRAM for instance, has no right of root. (A user namespace would only rename root. Outside it the server would still own
 * every file of root's.)
 */
export async function choosePostgresIdentity({ uid, folder, binaries, systemFolder }: IdentityQuestion): Promise<PostgresIdentity> {
  if (uid !== 0) return { as: {}, owner: null, folder, binaries };
  const isOpen = await isOpenToOthers(path.dirname(folder));
  const reachable = isOpen ? folder : path.join(systemFolder, `postgres-${digest(folder)}`);
  try {
    await makeFolder(reachable, 0o755);
    await chmod(reachable, 0o755);
  } catch (error) {
    const { message } = folderFailure(reachable, error);
    if (isOpen) throw new SurroundingsError(message, { cause: error });
    throw new SurroundingsError(`${message} Root's Postgres runs as the user nobody, who cannot reach ${folder}: name a data folder whose path is open to others with --data.`, { cause: error });
  }
  return {
    as: { uid: NOBODY, gid: NOBODY },
    owner: NOBODY,
    folder: reachable,
    binaries: (await isOpenToOthers(binaries)) ? binaries : await copyBinaries(binaries, reachable),
  };
}

/** A short name that differs between folders. */
function digest(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 12);
}

/** Whether everybody may pass through each folder of the path. */
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
  // A second command may have been faster; its copy is as good.
  await rename(fresh, copy).catch(() => rm(fresh, { recursive: true, force: true }));
  return copy;
}

async function isSameBinary(binaries: string, copy: string): Promise<boolean> {
  const name = path.join("bin", "postgres");
  const [ours, theirs] = await Promise.all([stat(path.join(binaries, name)), stat(path.join(copy, name)).catch(() => null)]);
  return theirs !== null && theirs.size === ours.size && Math.trunc(theirs.mtimeMs) === Math.trunc(ours.mtimeMs);
}

/** Makes the identity the owner of a folder and its contents, if it is not already. */
export async function giveTo(identity: PostgresIdentity, folder: string): Promise<void> {
  if (identity.owner === null) return;
  const owner = identity.owner;
  if ((await lstat(folder)).uid === owner) return;
  for (const name of await readdir(folder, { recursive: true })) await lchown(path.join(folder, name), owner, owner);
  // Last, because it marks that the rest is done.
  await lchown(folder, owner, owner);
}
