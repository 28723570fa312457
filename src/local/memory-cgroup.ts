import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { isAlive } from "./proc.ts";

const run = promisify(execFile);

/** A shell command that enters the cgroup whose cgroup.procs is $0. A program that the shell then executes is in it too. */
export const ENTER = 'echo $$ > "$0"';

/** A group of processes whose common memory limit the kernel enforces. */
export interface MemoryCgroup {
  /** A process that writes its PID to this file enters the group, with its later children. */
  readonly procs: string;
  /** The peak of charged memory, page cache included; null if this kernel does not report it. */
  peakBytes(): number | null;
  /** How many processes the kernel killed at the limit. */
  kills(): number;
  /** Call it after the last process has exited. */
  remove(): Promise<void>;
}

export interface MemoryCgroups {
  readonly version: 1 | 2;
  create(limitBytes: number): Promise<MemoryCgroup>;
}

/** The file names of the two versions. Swap is limited after memory: version 1 refuses a sum of both that is below the limit. */
const NAMES = {
  1: { limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes", kills: "memory.oom_control" },
  2: { limit: "memory.max", peak: "memory.peak", kills: "memory.events" },
} as const;

const REMOVE_TRIES = 100;

/**
 * Cgroups that this process may create, or null if it has no right to (an ordinary login session, most containers).
 *
 * @param mount where cgroups are mounted: /sys/fs/cgroup
 * @param membership the text of /proc/self/cgroup: the groups of this process
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
      // No rights in this folder; the next one may be delegated to us.
    }
  }
  return null;
}

/**
 * Folders in which a group might be created. In version 2 the parent of our own group is one of them, because a group that
 * contains processes, as ours does, cannot control the memory of child groups. In a container the path in `membership` may
 * be the host's, and then the top of the mount is our group.
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
  #created = 0;

  constructor(version: 1 | 2, folder: string) {
    this.version = version;
    this.#folder = folder;
  }

  async create(limitBytes: number): Promise<MemoryCgroup> {
    this.#created += 1;
    const folder = path.join(this.#folder, `sluice-${process.pid}-${this.#created}`);
    await mkdir(folder);
    try {
      // r+ writes only to a file that the kernel has put there: in an ordinary folder another flag would create an ordinary file.
      await writeFile(path.join(folder, NAMES[this.version].limit), String(limitBytes), { flag: "r+" });
      if (this.version === 2) {
        await setIfPresent(folder, "memory.swap.max", 0);
        await setIfPresent(folder, "memory.oom.group", 1);
      } else {
        await setIfPresent(folder, "memory.memsw.limit_in_bytes", limitBytes);
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

/** The kernel still counts a process for a moment after its exit. */
async function removeGroup(folder: string): Promise<void> {
  for (let tries = REMOVE_TRIES; ; tries -= 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || tries === 0) throw error;
      await sleep(20);
    }
  }
}

/** Removes the groups of commands that were killed: their batches died with them, the groups did not. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^sluice-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rmdir(path.join(folder, name)).catch(() => {});
  }
}

/** Writes to a file if it exists: not every kernel accounts for swap. */
async function setIfPresent(folder: string, name: string, value: number): Promise<void> {
  await writeFile(path.join(folder, name), String(value), { flag: "r+" }).catch(() => {});
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
