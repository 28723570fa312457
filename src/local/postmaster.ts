import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

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
