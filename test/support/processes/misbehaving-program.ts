import { writeFileSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { exitWithParent } from "../../../src/batch/exit-with-parent.ts";

/** A program that behaves as its first argument says; the second is for that behaviour. */
const [behaviour, detail] = process.argv.slice(2) as [string, string];
const MIB = 1024 * 1024;

const behaviours: Record<string, () => void | Promise<void>> = {
  exit: () => process.exit(Number(detail)),
  crash() {
    throw new Error(detail);
  },
  say() {
    process.stdout.write("to standard output\n");
    process.stderr.write("to standard error\n");
    writeFileSync(detail, JSON.stringify({ program: "prepare", pass: 1, round: 1, ranges: [], totals: totals(), notes: [] }));
  },
  /** Off V8's heap, as tables and buffers are; slowly enough for a sampler. */
  async allocate() {
    const held: Buffer[] = [];
    for (let size = 0; size < Number(detail); size += 4) {
      held.push(Buffer.alloc(4 * MIB, 1));
      await wait(10);
    }
    process.stdout.write(`holds ${held.length * 4} MiB\n`);
  },
  heap() {
    const held: unknown[] = [];
    for (;;) held.push({ held: held.length });
  },
  async obey() {
    process.on("SIGTERM", () => process.exit(143));
    process.stdout.write("ready\n");
    await wait(60_000);
  },
  async disobey() {
    process.on("SIGTERM", () => {});
    process.stdout.write("ready\n");
    await wait(60_000);
  },
  async child() {
    exitWithParent(process.env, () => process.exit(143));
    process.stdout.write("ready\n");
    await wait(60_000);
  },
  /** As a pattern without end: no timer fires, no signal is handled, no descriptor is read. */
  spin() {
    exitWithParent(process.env, () => process.exit(143));
    process.on("SIGTERM", () => process.exit(143));
    writeSync(1, "ready\n");
    for (;;) continue;
  },
  /** Has nothing to do but to have a parent. */
  idle() {
    exitWithParent(process.env, () => {});
  },
};

await behaviours[behaviour]!();

function totals(): Record<string, number> {
  return { targets: 0, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 0 };
}
