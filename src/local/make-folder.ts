import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { SurroundingsError } from "../model/errors.ts";

/**
 * Makes a folder and those above it. Not by mkdir's own `recursive`, which tries for ever where the folder above exists and yet cannot have
 * folders: in /proc, mkdir says that it does not exist.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  if (await isFolder(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) await makeFolder(above, mode);
  await mkdir(folder, mode).catch(async (error: unknown) => {
    // Another command was faster.
    if (!(await isFolder(folder))) throw error;
  });
}

async function isFolder(name: string): Promise<boolean> {
  return await stat(name).then((found) => found.isDirectory(), () => false);
}

/** One sentence for a failed system call on the folder. */
export function folderFailure(folder: string, error: unknown): SurroundingsError {
  return new SurroundingsError(folderSentence(folder, error as NodeJS.ErrnoException), { cause: error });
}

function folderSentence(folder: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `${folder} does not exist and cannot be made: ${message}.`;
  if (code === "ENOSPC") return `The disk that holds ${folder} is full.`;
  if (code === "EROFS") return `${folder} is on a read-only file system.`;
  if (code === "EACCES" || code === "EPERM") return `This user cannot write to ${folder}.`;
  return `${folder} cannot be used: ${message}`;
}
