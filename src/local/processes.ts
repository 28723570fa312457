import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { access, constants, readFile, rm } from "node:fs/promises";
import type { Duplex, Readable } from "node:stream";
import { nodeFlagsFor } from "../decide/sweep/process-memory.ts";
import { parseProgramMessage } from "../decide/sweep/program-message.ts";
import { SurroundingsError } from "../model/errors.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { ProgramMessage } from "../model/message.ts";
import type { JobEnd } from "../model/sweep.ts";
import { ENTER, type MemoryCgroup, type MemoryCgroups } from "./memory-cgroup.ts";
import type { Timer } from "./timer.ts";

export interface ProgramStart {
  /** Path of Node. */
  readonly node: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limitBytes: number;
  /** Where the program writes its termination message (the environment names it). An old file is deleted first. */
  readonly messageFile: string;
  /** Each line that the program writes. */
  readonly logTo: (line: string) => void;
  readonly timer: Timer;
  /** If given, the kernel enforces the limit; otherwise only samples do. */
  readonly cgroups: MemoryCgroups | null;
}

/** A process in place of a Job. */
export interface RunningProgram {
  readonly pid: number;
  readonly limitHeldBy: "cgroup" | "samples";
  /** Never rejects. */
  readonly exited: Promise<JobEnd>;
  /** Asks the program to stop, and kills it after ten seconds. */
  stop(): void;
  sample(): MemorySample;
  /** Its present termination message; null before the first. */
  message(): Promise<ProgramMessage | null>;
}

interface MemorySample {
  readonly anonBytes: number;
  readonly anonPeakBytes: number;
  /** Page cache included; null without a cgroup. */
  readonly kernelPeakBytes: number | null;
}

const SAMPLE_MS = 200;
const GRACE_MS = 10_000;

/** A program is killed once this many samples in a row, 45 seconds, have passed without a sign of its event loop. Time in which this process itself stood still does not count. */
const SILENT_SAMPLES = 225;

/** The descriptor that closes when the parent dies, so that the child notices. Through it the child says that its event loop turns. */
const PARENT_FD = 3;

/**
 * The guardian ends an orphan whose event loop stands still. It waits until the pipe from the parent closes, gives the program more time than
 * the program gives itself, and kills its own process group, which is the program's: as long as the guardian is in it, no other process can
 * have that number. A line through the pipe dismisses it.
 */
const GUARDIAN = "(read -r dismissed <&3 || { sleep 12; kill -9 0; }) </dev/null >/dev/null 2>&1 &";

/** The shell starts the guardian, enters the cgroup, so that all pages of the program are charged to it, and becomes the program. */
const EXECUTE = `${GUARDIAN} exec "$@"`;
const ENTER_AND_EXECUTE = `${GUARDIAN} ${ENTER} || exit ${PROGRAM_EXIT.surroundings}; exec "$@"`;

const PROGRAM_EXITS: readonly (number | null)[] = Object.values(PROGRAM_EXIT);

/**
 * Starts a program with a memory limit.
 *
 * @throws SurroundingsError if it cannot be started
 */
export async function startProgram(start: ProgramStart): Promise<RunningProgram> {
  let cgroup: MemoryCgroup | null = null;
  try {
    await rm(start.messageFile, { force: true });
    // The shell would only exit with 127.
    await access(start.node, constants.X_OK);
    cgroup = (await start.cgroups?.create(start.limitBytes)) ?? null;
    const child = launch(start, cgroup);
    await once(child, "spawn");
    return watch(child, start, cgroup);
  } catch (error) {
    await cgroup?.remove();
    throw new SurroundingsError(`The program ${start.script} could not be started: ${(error as Error).message}.`, { cause: error });
  }
}

function launch(start: ProgramStart, cgroup: MemoryCgroup | null): ChildProcess {
  const command = [start.node, ...nodeFlagsFor(start.limitBytes), start.script, ...start.args];
  const args = cgroup === null ? ["-c", EXECUTE, "sluice", ...command] : ["-c", ENTER_AND_EXECUTE, cgroup.procs, ...command];
  return spawn("/bin/sh", args, {
    env: { ...start.env, SLUICE_PARENT_FD: String(PARENT_FD) },
    // In its own session: Ctrl-C in a terminal reaches only the command, which then asks its programs to stop.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}

function watch(child: ChildProcess, start: ProgramStart, cgroup: MemoryCgroup | null): RunningProgram {
  const pid = child.pid!;
  let anonBytes = 0;
  let anonPeakBytes = 0;
  let passedLimit = false;
  let stopping = false;
  let silentSamples = 0;
  let stoodStill = false;
  let cancelKill = () => {};

  const errors = new OutputTail(start.logTo);
  const pipe = child.stdio[PARENT_FD] as Duplex;
  pipe.on("data", () => (silentSamples = 0));
  pipe.on("error", () => {});

  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const check = () => {
    if (isOver()) return;
    anonBytes = anonMemory(pid) ?? 0;
    anonPeakBytes = Math.max(anonPeakBytes, anonBytes);
    if (anonBytes <= start.limitBytes) return;
    passedLimit = true;
    child.kill("SIGKILL");
  };
  const cancelSamples = start.timer.every(SAMPLE_MS, () => {
    check();
    silentSamples += 1;
    if (silentSamples !== SILENT_SAMPLES || isOver()) return;
    stoodStill = true;
    errors.write(`${STOOD_STILL}\n`);
    child.kill("SIGKILL");
  });
  child.once("exit", () => {
    cancelSamples();
    cancelKill();
    pipe.end("\n");
  });

  follow(child.stdout!, new OutputTail(start.logTo));
  follow(child.stderr!, errors);
  let kernelPeakBytes: number | null = null;

  return {
    pid,
    limitHeldBy: cgroup === null ? "samples" : "cgroup",
    exited: once(child, "close").then(async (): Promise<JobEnd> => {
      kernelPeakBytes = cgroup?.peakBytes() ?? null;
      const killed = (cgroup?.kills() ?? 0) > 0;
      await cgroup?.remove().catch((error: unknown) => start.logTo(`A cgroup could not be removed: ${(error as Error).message}`));
      const outOfMemory = child.exitCode !== PROGRAM_EXIT.done && (passedLimit || killed || stoodStill || reportsOutOfMemory(child.exitCode, errors));
      return { exitCode: child.exitCode, outOfMemory, ...(stoodStill && { stoodStill }), message: await readMessage(start.messageFile), lastLines: errors.text };
    }),
    stop() {
      if (stopping || isOver()) return;
      stopping = true;
      child.kill("SIGTERM");
      cancelKill = start.timer.after(GRACE_MS, () => child.kill("SIGKILL"));
    },
    sample() {
      check();
      return { anonBytes, anonPeakBytes, kernelPeakBytes: kernelPeakBytes ?? cgroup?.peakBytes() ?? null };
    },
    message: () => readMessage(start.messageFile),
  };
}

const STOOD_STILL = `killed: its event loop stood still for ${(SILENT_SAMPLES * SAMPLE_MS) / 1000} seconds, as when a pattern costs too much`;

/** Reported by the program's own memory guard, or by V8 before it crashed. */
function reportsOutOfMemory(exitCode: number | null, errors: OutputTail): boolean {
  return exitCode === PROGRAM_EXIT.memory || (!PROGRAM_EXITS.includes(exitCode) && errors.heapExhausted);
}

function follow(stream: Readable, lines: OutputTail): void {
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => lines.write(text));
  stream.on("end", () => lines.end());
}

async function readMessage(file: string): Promise<ProgramMessage | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  return parseProgramMessage(text);
}

/**
 * The anonymous memory of a process in bytes, or null if the process is gone: memory that it allocated and wrote to,
 * without the pages of programs and files, which the kernel can drop.
 */
export function anonMemory(pid: number): number | null {
  try {
    // Synchronous: the check of a fast-growing process must not wait for the event loop.
    const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

const KEPT_BYTES = 2048;

/** A longer line is passed on in pieces, so that no buffer grows with a program's output. */
const LONGEST_LINE = 64 * 1024;

/** Messages of Node and V8 before they crash for lack of memory. */
const HEAP_EXHAUSTED = /heap out of memory|Fatal process out of memory|Array buffer allocation failed/;

/** Frames of native code do not help a reader, and would push out the message above them. */
const NATIVE_FRAME = /^\s*\d+: 0x[0-9a-f]+ |^-+ Native stack trace -+$/;

/** Splits a program's output into lines, passes them on, and keeps the last ones in case the program crashes. */
export class OutputTail {
  readonly #passOn: (line: string) => void;
  #partial = "";
  #kept = "";
  #heapExhausted = false;

  constructor(passOn: (line: string) => void) {
    this.#passOn = passOn;
  }

  write(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop()!;
    for (const line of lines) this.#line(line);
    while (this.#partial.length > LONGEST_LINE) {
      this.#line(this.#partial.slice(0, LONGEST_LINE));
      this.#partial = this.#partial.slice(LONGEST_LINE);
    }
  }

  end(): void {
    if (this.#partial !== "") this.#line(this.#partial);
    this.#partial = "";
  }

  /** Whether the output reported an exhausted heap of V8. */
  get heapExhausted(): boolean {
    return this.#heapExhausted;
  }

  /** At most 2 KiB. */
  get text(): string {
    return this.#kept;
  }

  #line(line: string): void {
    this.#passOn(line);
    if (HEAP_EXHAUSTED.test(line)) this.#heapExhausted = true;
    if (line.trim() === "" || NATIVE_FRAME.test(line)) return;
    this.#kept = lastBytes(this.#kept === "" ? line : `${this.#kept}\n${line}`);
  }
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= KEPT_BYTES) return text;
  let from = bytes.length - KEPT_BYTES;
  // Do not start in the middle of a character.
  while ((bytes[from]! & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString();
}
