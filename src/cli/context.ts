import type { Writable } from "node:stream";
import type { Clock } from "../model/clock.ts";

/** Where a command writes, and what it knows of it. */
export interface Output {
  write(text: string): void;
  /** The same for what is too much to be held: it takes as fast as its reader does. */
  readonly stream: Writable;
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
  /** Asks the person at the terminal for one line; null where there is none. */
  readonly question: ((text: string) => Promise<string>) | null;
  /** Aborted by Ctrl-C or SIGTERM: a command stops in good order. */
  readonly signal: AbortSignal;
  /** Path of Node, of this program, and of the one that prepare and batch processes run. */
  readonly node: string;
  readonly program: string;
  readonly worker: string;
  /** Folder of the program: there is its package.json, and the examples. */
  readonly home: string;
  readonly uid: number;
}

/** A command's work: its exit code (see COMMAND_EXIT). */
export type Run = () => Promise<number>;
