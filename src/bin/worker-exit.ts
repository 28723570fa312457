import { FencedError, SpecError, SurroundingsError, systemProblem } from "../model/errors.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { Log, LogFields } from "../model/log.ts";
import { shortened, type PrepareMessage, type ProgramMessage } from "../model/message.ts";

interface WorkerExitDeps {
  readonly log: Log;
  readonly messageFile: { write(message: ProgramMessage): void };
  readonly stderr: { write(text: string): void };
  /** process.exit */
  readonly exit: (code: number) => never;
}

/** Bytes of JSON. */
const LONGEST_PROBLEM = 480;

/** What a worker process leaves behind: an exit code, a last log line, and its termination message. */
export class WorkerExit {
  /** The work that the log lines are about, as far as it is known. */
  about: LogFields = {};
  readonly #deps: WorkerExitDeps;
  #message: ProgramMessage | null = null;

  constructor(deps: WorkerExitDeps) {
    this.#deps = deps;
  }

  /** The last termination message. */
  get message(): ProgramMessage | null {
    return this.#message;
  }

  report(message: ProgramMessage): void {
    this.#message = message;
    this.#deps.messageFile.write(message);
  }

  /** @param anonPeak in bytes: the last message may be half a second old, and memory grew fast */
  outOfMemory(problem: string, anonPeak: number): never {
    if (this.#message?.program === "batch") this.#message = { ...this.#message, memory: { ...this.#message.memory, anonPeak } };
    return this.#fail(PROGRAM_EXIT.memory, problem);
  }

  /** @param isStopped the process was asked to stop, so whatever went wrong follows from that */
  failed(error: unknown, isStopped: boolean): never {
    if (isStopped) {
      this.#deps.log.info({ ...this.about, exitCode: PROGRAM_EXIT.stopped }, "asked to stop");
      return this.#deps.exit(PROGRAM_EXIT.stopped);
    }
    if (error instanceof SpecError) return this.#fail(PROGRAM_EXIT.spec, error.message);
    if (error instanceof SurroundingsError) return this.#fail(PROGRAM_EXIT.surroundings, error.message);
    // Another process has this work now: for the driver's count of crashes that is the same as being asked to stop.
    if (error instanceof FencedError) return this.#fail(PROGRAM_EXIT.stopped, error.message);
    const { stack } = error as Error;
    const problem = systemProblem(error);
    if (problem !== null) return this.#fail(PROGRAM_EXIT.surroundings, problem.message, { stack });
    return this.#fail(1, `this is a bug: ${(error as Error).message}`, { stack });
  }

  /** The exit code matters most: the process exits with it even if the message cannot be written. */
  #fail(code: number, problem: string, fields: LogFields = {}): never {
    const { log, messageFile, stderr, exit } = this.#deps;
    log[code === PROGRAM_EXIT.stopped ? "info" : "fatal"]({ ...this.about, ...fields, exitCode: code }, problem);
    try {
      messageFile.write({ ...(this.#message ?? emptyMessage()), problem: shortened(problem, LONGEST_PROBLEM) });
    } catch {
      // The disk is full. The driver then falls back to the last lines of standard error.
      stderr.write(`${problem}\n`);
    }
    return exit(code);
  }
}

function emptyMessage(): PrepareMessage {
  const totals = { targets: 0, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 0 };
  return { program: "prepare", pass: 0, round: 0, ranges: [], totals, notes: [] };
}
