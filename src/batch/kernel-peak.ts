import { readFileSync } from "node:fs";

/** A limit above this is none: version 1 says "no limit" by a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/** In a container its own group is mounted at the root; elsewhere it is found by its path. */
const PLACES = [
  { root: "/sys/fs/cgroup", peak: "memory.peak", limit: "memory.max", path: /^0::(.*)$/m },
  { root: "/sys/fs/cgroup/memory", peak: "memory.max_usage_in_bytes", limit: "memory.limit_in_bytes", path: /^\d+:memory:(.*)$/m },
];

/** The peak in bytes that the kernel itself holds for this process's cgroup, page cache included; null where it has no limit of its own. */
export function kernelPeak(read: (file: string) => string | null = readText): number | null {
  const membership = read("/proc/self/cgroup") ?? "";
  for (const { root, peak, limit, path } of PLACES) {
    for (const group of [path.exec(membership)?.[1] ?? "", ""]) {
      const most = Number.parseInt(read(`${root}${group}/${limit}`) ?? "", 10);
      const bytes = Number.parseInt(read(`${root}${group}/${peak}`) ?? "", 10);
      if (most < NO_LIMIT && Number.isSafeInteger(bytes)) return bytes;
    }
  }
  return null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return null;
  }
}
