import { SurroundingsError } from "../model/errors.ts";

/** One sentence for a person from what initdb or postgres wrote before it gave up. */
export function postgresFailure(what: string, folder: string, output: string): SurroundingsError {
  if (/No space left on device/.test(output)) return new SurroundingsError(`The disk that holds ${folder} is full: the local Postgres could not ${what}.`);
  if (/Read-only file system/.test(output)) return new SurroundingsError(`${folder} is on a read-only file system: the local Postgres could not ${what}.`);
  return new SurroundingsError(`The local Postgres in ${folder} could not ${what}: ${tellingLine(output)}`);
}

/** The same for a system call on the folder itself. */
export function folderFailure(folder: string, error: unknown): SurroundingsError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC") return new SurroundingsError(`The disk that holds ${folder} is full.`);
  if (code === "EROFS") return new SurroundingsError(`${folder} is on a read-only file system.`);
  if (code === "EACCES" || code === "EPERM") return new SurroundingsError(`${folder} cannot be written by this user.`);
  return new SurroundingsError(`${folder} cannot be used: ${(error as Error).message}`);
}

/** The line that says why: Postgres follows it with hints and remarks on cleaning up. */
function tellingLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1);
  return telling?.replace(/^.*?\b(FATAL|PANIC|error):\s*/, "") ?? "it said nothing";
}
