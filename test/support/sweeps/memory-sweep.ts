import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseProgramMessage } from "../../../src/decide/sweep/program-message.ts";
import type { SweepSums } from "../../../src/model/sweep.ts";
import type { Outcome } from "../postgres/window-outcome.ts";
import type { Ended } from "../processes/sluice.ts";
import { dayOf, openLocalSweep, YESTERDAY, type LocalSweep } from "./local-sweep.ts";

/** What the batches of a run told of their memory, in bytes. */
export interface Peaks {
  readonly anon: number;
  /** Page cache included; null where no cgroup held the limit. */
  readonly kernel: number | null;
}

export interface MeasuredRun extends Ended {
  readonly peaks: Peaks;
}

/** A trial's run with its batches watched: what they told last is gone when a run has ended. */
export async function measuredRun(trial: LocalSweep, args: readonly string[] = ["--window", dayOf(YESTERDAY)]): Promise<MeasuredRun> {
  const temporary = path.join(trial.folder, "tmp");
  await mkdir(temporary, { recursive: true });
  // Compiled anew, as for a user: their memory is what is measured.
  const process = trial.start(["run", trial.file, ...args, "--output", "json"], { TMPDIR: temporary, NODE_COMPILE_CACHE: undefined });
  let anon = 0;
  let kernel: number | null = null;
  let hasEnded = false;
  void process.exited.then(() => (hasEnded = true));
  while (!isTrue(hasEnded)) {
    for (const { memory } of await messagesIn(temporary)) {
      anon = Math.max(anon, memory.anonPeak);
      kernel = memory.kernelPeak === null ? kernel : Math.max(kernel ?? 0, memory.kernelPeak);
    }
    await wait(100);
  }
  return { code: await process.exited, stdout: process.stdout(), stderr: process.stderr(), peaks: { anon, kernel } };
}

/** A call, since it changes while something is waited for. */
function isTrue(value: boolean): boolean {
  return value;
}

async function messagesIn(temporary: string) {
  const files = (await readdir(temporary, { recursive: true }).catch(() => [])).filter((file) => file.endsWith(".message.json"));
  const texts = await Promise.all(files.map((file) => readFile(path.join(temporary, file), "utf8").catch(() => "")));
  return texts.map(parseProgramMessage).filter((message) => message?.program === "batch");
}

export interface BigSweep {
  readonly outcome: Outcome;
  readonly sums: SweepSums;
  readonly peaks: Peaks;
  readonly seconds: number;
  readonly mostInFlight: number;
}

/** Sweeps targets of which `answers` have this many bytes of text each, over HTTPS with gzip, in one batch with 128 MiB. */
export async function sweepBig(databaseUrl: string, { answers, bytes }: { readonly answers: number; readonly bytes: number }): Promise<BigSweep> {
  const numbers = Array.from({ length: answers }, (_, index) => 100 + index);
  const trial = await openLocalSweep({
    databaseUrl,
    name: `big-${answers}-${bytes}`,
    scenario: {
      source: { kind: "model", targets: [12_654, ...numbers], largest: 1000 },
      big: Object.fromEntries(numbers.map((number) => [`AS${number}`, bytes])),
      tls: true,
      compression: ["gzip"],
      limits: { inFlight: 17 },
    },
    spec: {
      request: { timeouts: { connect: "30s", headers: "2m", idle: "2m", target: "20m" } },
      host: { inFlight: 17 },
      canaries: { every: "30s" },
      batch: { targets: 128, concurrency: 16, memory: "128Mi", memoryMax: "128Mi" },
    },
  });
  try {
    const began = performance.now();
    const run = await measuredRun(trial);
    const seconds = (performance.now() - began) / 1000;
    if (run.code === null || run.code > 1) throw new Error(run.stderr);
    const { sums } = JSON.parse(run.stdout) as { sums: SweepSums };
    return { outcome: await trial.outcome(), sums, peaks: run.peaks, seconds, mostInFlight: trial.simulator.stats().mostInFlight };
  } finally {
    await trial.close();
  }
}

/** For the test's log: "peak 87 MiB anonymous, 128 MiB by the kernel, of 128 MiB". */
export function sayPeaks({ anon, kernel }: Peaks): string {
  const mebibytes = (size: number): string => `${(size / 2 ** 20).toFixed(1)} MiB`;
  return `peak ${mebibytes(anon)} anonymous, ${kernel === null ? "none" : mebibytes(kernel)} by the kernel, of 128 MiB`;
}
