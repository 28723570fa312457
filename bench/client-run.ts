import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { anonMemory } from "../src/local/processes.ts";

/** The cost of one run of a client: all of its processes, from start to exit. */
export interface ClientRun {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Sampled peak of the sum over all its processes. */
  readonly anonPeakBytes: number;
  readonly stdout: string;
}

const SAMPLE_MS = 20;

/** The shell's `times` adds up its children and their children. It writes to descriptor 3, which no client uses. */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

/** @throws if the exit code is not 0 */
export async function runClient(command: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<ClientRun> {
  const began = performance.now();
  const child = spawn("/bin/sh", ["-c", TIMED, "bench", ...command], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let anonPeakBytes = 0;
  const sampling = setInterval(() => (anonPeakBytes = Math.max(anonPeakBytes, anonOfChildren(child.pid!))), SAMPLE_MS);
  try {
    const ended = once(child, "close");
    const [stdout, stderr, times] = await Promise.all([text(child.stdout!), text(child.stderr!), text(child.stdio[3] as Readable)]);
    await ended;
    if (child.exitCode !== 0) throw new Error(`${command[0]!} ended with ${String(child.exitCode ?? child.signalCode)}: ${(stderr + stdout).trim().slice(-2000)}`);
    return { cpuSeconds: childrensSeconds(times), seconds: (performance.now() - began) / 1000, anonPeakBytes, stdout };
  } finally {
    clearInterval(sampling);
  }
}

/** The second line of POSIX `times`: user and system of the children, as 0m1.230000s. */
function childrensSeconds(times: string): number {
  const figures = [...times.trim().split("\n")[1]!.matchAll(/(\d+)m([\d.]+)s/g)];
  return figures.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

function anonOfChildren(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + (anonMemory(child) ?? 0) + anonOfChildren(child), 0);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
