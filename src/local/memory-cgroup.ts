import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { isAlive } from "./is-alive.ts";

const run = promisify(execFile);

/** What a shell does to enter the group whose cgroup.procs is its first argument; what it becomes then is in it too. */
export const ENTER = 'echo $$ > "$0"';

/** A group of processes that share a limit which the kernel holds. */
export interface MemoryCgroup {
  /** A process that writes its number here is in, and so are its children. */
  readonly procs: string;
  /** The most that was charged, page cache included; null where this kernel does not tell. */
  peakBytes(): number | null;
  /** Processes that the kernel killed because the limit was reached. */
  kills(): number;
  /** After its last process has ended. */
  remove(): Promise<void>;
}

export interface MemoryCgroups {
  readonly version: 1 | 2;
  create(limitBytes: number): Promise<MemoryCgroup>;
}

/** How the two versions call the same things. Swap comes second: version 1 refuses a sum below the limit. */
const NAMES = {
  1: { limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes", kills: "memory.oom_control" },
  2: { limit: "memory.max", peak: "memory.peak", kills: "memory.events" },
} as const;

const REMOVE_TRIES = 100;

/**
 * The rights to limit processes by cgroups, or null where there are none (a plain session of a person, most containers).
 *
 * @param mount where cgroups are mounted: /sys/fs/cgroup
 * @param membership the text of /proc/self/cgroup: which groups this process is in
 */
export async function findMemoryCgroups(mount: string, membership: string): Promise<MemoryCgroups | null> {
  for (const { version, folder } of cgroupCandidates(mount, membership)) {
    const cgroups = new CgroupFolder(version, folder);
    try {
      await removeLeftovers(folder);
      const trial = await cgroups.create(64 * 1024 * 1024);
      try {
        await run("/bin/sh", ["-c", ENTER, trial.procs]);
      } finally {
        await trial.remove();
      }
      return cgroups;
    } catch {
      // No rights here; the next folder may be delegated to us.
    }
  }
  return null;
}

/**
 * Where a group of ours might be made. Of version 2 also beside our own group: one that holds processes, as ours does,
 * cannot hand on the control of memory. In a container the path may be the host's, and the top of the mount is ours.
 */
export function cgroupCandidates(mount: string, membership: string): { version: 1 | 2; folder: string }[] {
  const found: { version: 1 | 2; folder: string }[] = [];
  for (const line of membership.split("\n")) {
    const [, controllers, own] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (own === undefined) continue;
    if (controllers!.split(",").includes("memory")) {
      const top = path.join(mount, "memory");
      found.push({ version: 1, folder: path.join(top, own) }, { version: 1, folder: top });
    } else if (controllers === "") {
      found.push({ version: 2, folder: path.join(mount, own) }, { version: 2, folder: path.join(mount, path.dirname(own)) });
    }
  }
  return found;
}

class CgroupFolder implements MemoryCgroups {
  readonly version: 1 | 2;
  readonly #folder: string;
  #made = 0;

  constructor(version: 1 | 2, folder: string) {
    this.version = version;
    this.#folder = folder;
  }

  async create(limitBytes: number): Promise<MemoryCgroup> {
    this.#made += 1;
    const folder = path.join(this.#folder, `sluice-${process.pid}-${this.#made}`);
    await mkdir(folder);
    try {
      // Only into what the kernel has put there: in an ordinary folder this would make an ordinary file.
      await writeFile(path.join(folder, NAMES[this.version].limit), String(limitBytes), { flag: "r+" });
      if (this.version === 2) {
        await setWhereThere(folder, "memory.swap.max", 0);
        await setWhereThere(folder, "memory.oom.group", 1);
      } else {
        await setWhereThere(folder, "memory.memsw.limit_in_bytes", limitBytes);
      }
    } catch (error) {
      await rmdir(folder);
      throw error;
    }
    return group(this.version, folder);
  }
}

function group(version: 1 | 2, folder: string): MemoryCgroup {
  const names = NAMES[version];
  return {
    procs: path.join(folder, "cgroup.procs"),
    peakBytes() {
      const text = readOrEmpty(path.join(folder, names.peak));
      return text === "" ? null : Number(text);
    },
    kills: () => Number(/^oom_kill (\d+)$/m.exec(readOrEmpty(path.join(folder, names.kills)))?.[1] ?? 0),
    remove: () => removeGroup(folder),
  };
}

/** A process that has just ended is still counted for a moment. */
async function removeGroup(folder: string): Promise<void> {
  for (let tries = REMOVE_TRIES; ; tries -= 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || tries === 0) throw error;
      await wait(20);
    }
  }
}

/** What a command left that was killed: its batches ended with it, their groups did not. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^sluice-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rmdir(path.join(folder, name)).catch(() => {});
  }
}

/** Not every kernel counts swap. */
async function setWhereThere(folder: string, name: string, value: number): Promise<void> {
  await writeFile(path.join(folder, name), String(value), { flag: "r+" }).catch(() => {});
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
