import { readFileSync } from "node:fs";

/**
 * The anonymous memory of a process in bytes, or null when it is gone: what it asked for and wrote to,
 * without the pages of programs and files, which the kernel can drop.
 */
export function anonMemory(pid: number): number | null {
  try {
    // Read at once and not in turns: a process that grows fast must not wait for the event loop.
    const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
