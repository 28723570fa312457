import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { SurroundingsError } from "../../model/errors.ts";
import { isAlive } from "../proc.ts";
import { folderFailure } from "../make-folder.ts";
import { type PostgresIdentity, giveTo } from "./identity.ts";

const run = promisify(execFile);

export const OWNER = "sluice";

export function clusterFolder(identity: PostgresIdentity): string {
  return path.join(identity.folder, "cluster");
}

/** Creates a server's data folder if there is none. @throws SurroundingsError if the existing one is of another version than the binaries */
export async function ensureCluster(identity: PostgresIdentity, environment: NodeJS.ProcessEnv): Promise<void> {
  const cluster = clusterFolder(identity);
  const written = (await readFile(path.join(cluster, "PG_VERSION"), "utf8").catch(() => null))?.trim();
  if (written === undefined) {
    await initialize(identity, cluster, environment);
    return;
  }
  const bundled = await majorVersion(identity, environment);
  if (written !== bundled) {
    throw new SurroundingsError(
      `The data in ${cluster} was written by Postgres ${written}, and the bundled Postgres ${bundled} cannot read it: ` +
        `move the folder away to start with an empty database.`,
    );
  }
}

async function majorVersion(identity: PostgresIdentity, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await program(identity, "postgres", ["--version"], env);
  return /\d+/.exec(stdout)?.[0] ?? "unknown";
}

/** Initializes a temporary folder and renames it: a killed command leaves no partial cluster, and two at once do no harm. */
async function initialize(identity: PostgresIdentity, cluster: string, env: NodeJS.ProcessEnv): Promise<void> {
  await removeLeftovers(identity.folder);
  const fresh = `${cluster}.new-${process.pid}`;
  try {
    await mkdir(fresh, { mode: 0o700 });
    await giveTo(identity, fresh).catch((error: unknown) => {
      throw isRefusedIdentity(error) ? rootFailure(error) : error;
    });
    await program(identity, "initdb", ["--pgdata", fresh, "--encoding=UTF8", "--locale=C", "--auth=trust", `--username=${OWNER}`], env);
    await rename(fresh, cluster);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return;
    if (error instanceof SurroundingsError) throw error;
    throw isOutput(error) ? postgresFailure("be set up", identity.folder, error.stderr, error) : folderFailure(identity.folder, error);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^cluster\.new-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

async function program(identity: PostgresIdentity, name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ stdout: string }> {
  try {
    return await run(path.join(identity.binaries, "bin", name), args, { ...identity.as, env, cwd: "/" });
  } catch (error) {
    throw identity.owner !== null && isRefusedIdentity(error) ? rootFailure(error) : error;
  }
}

/** Of a system call, as opposed to a program that ran and failed. */
function isRefusedIdentity(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPERM" || code === "EINVAL";
}

/** A root without the capabilities of root, as in a locked-down container. */
function rootFailure(cause: unknown): SurroundingsError {
  return new SurroundingsError(
    "Postgres does not run as root, and this root may not run it as the user nobody: use an ordinary user, or set DATABASE_URL to a database of your own.",
    { cause },
  );
}

function isOutput(error: unknown): error is { readonly stderr: string } {
  return typeof (error as { stderr?: unknown }).stderr === "string";
}

/** One sentence for a person from the output of initdb or postgres before it gave up. */
export function postgresFailure(what: string, folder: string, output: string, cause?: unknown): SurroundingsError {
  return new SurroundingsError(postgresSentence(what, folder, output), { cause });
}

function postgresSentence(what: string, folder: string, output: string): string {
  if (/No space left on device/.test(output)) return `The disk that holds ${folder} is full: the local Postgres could not ${what}.`;
  if (/Read-only file system/.test(output)) return `${folder} is on a read-only file system: the local Postgres could not ${what}.`;
  return `The local Postgres in ${folder} could not ${what}: ${mostUsefulLine(output)}`;
}

/** The line with the reason: Postgres prints hints and remarks on its clean-up after it. */
function mostUsefulLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const useful = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1);
  return useful?.replace(/^.*?\b(FATAL|PANIC|error):\s*/, "") ?? "it printed no error";
}
