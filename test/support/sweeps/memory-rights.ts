import { readFileSync } from "node:fs";
import { findMemoryCgroups } from "../../../src/local/memory-cgroup.ts";

/** Whether this machine lets us hold a limit by a cgroup: tests that need it say "cgroup" in their title. */
export async function hasMemoryCgroups(): Promise<boolean> {
  return (await findMemoryCgroups("/sys/fs/cgroup", readFileSync("/proc/self/cgroup", "utf8"))) !== null;
}

/** What a command is called through so that it finds no cgroups: only root could have found them. */
export const WITHOUT_CGROUPS: readonly string[] =
  process.getuid!() === 0 ? ["unshare", "--mount", "/bin/sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$0" "$@"'] : [];
