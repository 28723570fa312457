import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { isAlive } from "../proc.ts";

/** A server writes its PID right after it has created the file. */
const EMPTY_FOR_MS = 2_000;

/**
 * The lock files that a killed server leaves, in its data folder and beside its socket. Postgres itself removes one whose PID is no
 * process. It refuses to start where the PID now belongs to another process, and where the file is empty.
 */
export class StaleLocks {
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
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
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
