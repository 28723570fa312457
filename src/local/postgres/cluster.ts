import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { SurroundingsError } from "../../model/errors.ts";
import { isAlive } from "../is-alive.ts";
import { type PostgresIdentity, giveTo } from "./identity.ts";

const run = promisify(execFile);

export const OWNER = "sluice";

export function clusterFolder(identity: PostgresIdentity): string {
  return path.join(identity.folder, "cluster");
}

/** Makes the data folder of a server where there is none yet; what stands there must be of the binaries' version. */
export async function ensureCluster(identity: PostgresIdentity, environment: NodeJS.ProcessEnv): Promise<void> {
  const cluster = clusterFolder(identity);
  const written = (await readFile(path.join(cluster, "PG_VERSION"), "utf8").catch(() => null))?.trim();
  if (written === undefined) {
    await initialize(identity, cluster, environment);
    return;
  }
  const brought = await majorVersion(identity, environment);
  if (written !== brought) {
    throw new SurroundingsError(
      `The data in ${cluster} was written by Postgres ${written}, and the Postgres that sluice brings is ${brought}, which cannot read it: ` +
        `move the folder away to start with an empty database.`,
    );
  }
}

async function majorVersion(identity: PostgresIdentity, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await program(identity, "postgres", ["--version"], env);
  return /\d+/.exec(stdout)?.[0] ?? "unknown";
}

/** In a folder of its own, then renamed: a command that is killed here leaves no half of a cluster, and two at once do no harm. */
async function initialize(identity: PostgresIdentity, cluster: string, env: NodeJS.ProcessEnv): Promise<void> {
  await removeLeftovers(identity.folder);
  const fresh = `${cluster}.new-${process.pid}`;
  try {
    await mkdir(fresh, { mode: 0o700 });
    await giveTo(identity, fresh);
    await program(identity, "initdb", ["--pgdata", fresh, "--encoding=UTF8", "--locale=C", "--auth=trust", `--username=${OWNER}`], env);
    await rename(fresh, cluster);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return;
    throw isOutput(error) ? postgresFailure("be set up", identity.folder, error.stderr) : folderFailure(identity.folder, error);
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
  const [command, ...rest] = [...identity.prefix, path.join(identity.binaries, "bin", name), ...args] as [string, ...string[]];
  return await run(command, rest, { ...identity.as, env, cwd: "/" });
}

function isOutput(error: unknown): error is { readonly stderr: string } {
  return typeof (error as { stderr?: unknown }).stderr === "string";
}

/** One sentence for a person from what initdb or postgres wrote before it gave up. */
export function postgresFailure(what: string, folder: string, output: string): SurroundingsError {
  if (/No space left on device/.test(output)) return new SurroundingsError(`The disk that holds ${folder} is full: the local Postgres could not ${what}.`);
  if (/Read-only file system/.test(output)) return new SurroundingsError(`${folder} is on a read-only file system: the local Postgres could not ${what}.`);
  return new SurroundingsError(`The local Postgres in ${folder} could not ${what}: ${mostTellingLine(output)}`);
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
function mostTellingLine(output: string): string {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1);
  return telling?.replace(/^.*?\b(FATAL|PANIC|error):\s*/, "") ?? "it said nothing";
}
