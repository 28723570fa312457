import { closeSync, openSync, readSync, readFileSync } from "node:fs";

/** The program exits at this share of the limit, while it can still report why. */
const SHARE = 0.9;

/** Between two reads of the kernel's figure. A read costs about 15 µs. */
const READ_EVERY_MS = 10;

/**
 * Calls `exceeded` before the process reaches its memory limit, by its anonymous memory as the kernel counts it. Page cache does not
 * count: the kernel reclaims it by itself, and a figure that includes it is at the limit after every cold start.
 */
export class MemoryGuard {
  readonly limitBytes: number;
  readonly #readAnon: () => number;
  readonly #monotonic: () => number;
  readonly #exceeded: (sentence: string) => void;
  #last = 0;
  #peak = 0;
  #readAt = -Infinity;

  constructor(options: { limitBytes: number; readAnon: () => number; monotonic: () => number; exceeded: (sentence: string) => void }) {
    this.limitBytes = options.limitBytes;
    this.#readAnon = options.readAnon;
    this.#monotonic = options.monotonic;
    this.#exceeded = options.exceeded;
  }

  /** As read last. */
  get anonBytes(): number {
    return this.#last;
  }

  get peakBytes(): number {
    return this.#peak;
  }

  /** Called on every chunk; reads at most every 10 ms. */
  check(): void {
    const now = this.#monotonic();
    if (now - this.#readAt < READ_EVERY_MS) return;
    this.#readAt = now;
    const anon = this.#readAnon();
    this.#last = anon;
    if (anon > this.#peak) this.#peak = anon;
    if (anon > SHARE * this.limitBytes) {
      this.#exceeded(`out of memory: ${mebibytes(anon)} MiB of anonymous memory; the limit is ${mebibytes(this.limitBytes)} MiB`);
    }
  }
}

/** Reads RssAnon of this process, in bytes. Keeps the file open, since it is read often. */
export function anonymousMemoryReader(): { read: () => number; close: () => void } {
  const file = openSync("/proc/self/status", "r");
  const buffer = Buffer.alloc(4096);
  return {
    read: () => {
      const text = buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0));
      const at = text.indexOf("RssAnon:");
      return at < 0 ? 0 : Number.parseInt(text.slice(at + 8, at + 32), 10) * 1024;
    },
    close: () => closeSync(file),
  };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** Above this there is no limit: cgroups v1 write a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/** In a container its own cgroup is mounted at the root; elsewhere the path leads to it. */
const PLACES = [
  { root: "/sys/fs/cgroup", peak: "memory.peak", limit: "memory.max", path: /^0::(.*)$/m },
  { root: "/sys/fs/cgroup/memory", peak: "memory.max_usage_in_bytes", limit: "memory.limit_in_bytes", path: /^\d+:memory:(.*)$/m },
];

/** The kernel's own peak of this process's cgroup in bytes, page cache included; null if the cgroup has no limit. */
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
