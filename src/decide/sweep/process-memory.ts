const MIB = 1024 * 1024;

/** V8 does not start a program of ours with less. */
const LEAST_OLD_MIB = 16;
/** More makes no collection cheaper. */
const MOST_SEMI_MIB = 16;

/**
 * What Node is told so that it lives within a memory limit: without, it grows to 212 MiB of garbage where 55 MiB do.
 *
 * A quarter of the limit for old objects, which also bounds the buffers of the network that V8 lets pile up; the rest is
 * for tables, buffers and the 45 to 50 MiB of Node's own hot pages. Young objects get a 32nd: with less than the default
 * they are collected before they are moved, with too little they are moved while still in use. Below 128 MiB there is only
 * room for the least. Measured at 128 MiB with 16 streams: old 32 with semi 4 is the fastest and peaks at 55 MiB.
 */
export function nodeFlagsFor(limitBytes: number): string[] {
  const limit = limitBytes / MIB;
  const old = Math.max(LEAST_OLD_MIB, Math.floor(limit / 4));
  const semi = limit < 128 ? 1 : Math.min(MOST_SEMI_MIB, Math.floor(limit / 32));
  return [`--max-old-space-size=${old}`, `--max-semi-space-size=${semi}`];
}

/** Prepare holds the list of targets and no answer. */
export const PREPARE_MEMORY_BYTES = 512 * 2 ** 20;
