import type { Clock } from "../model/clock.ts";

/** Where a command writes, and what it knows of it. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** All that a command knows of the machine it runs on. */
export interface Cli {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Results. */
  readonly stdout: Output;
  /** What goes on, and what is wrong. */
  readonly stderr: Output;
  /** Aborted by Ctrl-C or SIGTERM: a command stops in good order. */
  readonly signal: AbortSignal;
  /** Path of Node, and of the program that prepare and batch processes run. */
  readonly node: string;
  readonly worker: string;
  /** Folder of the program: there is its package.json, and the examples. */
  readonly home: string;
  readonly uid: number;
}

/** A command's work: its exit code (see COMMAND_EXIT). */
export type Run = () => Promise<number>;
