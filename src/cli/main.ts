import type { Writable } from "node:stream";
import { Command, CommanderError } from "commander";
import type { Clock } from "../model/clock.ts";
import { FencedError, SpecError, SurroundingsError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";

/** A command says how it is called; `act` gets its work done and its exit code. */
export type AddCommand = (program: Command, cli: Cli, act: (run: Run) => Promise<void>) => void;

/** What a program is called, and what it can do. */
export interface Program {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly AddCommand[];
  /** Options that stand before the command, too. */
  readonly addOptions?: (program: Command) => Command;
}

const EXITS = `
Exit codes:
  0    complete or usable; or the command did what was asked
  1    incomplete: run it again to do the rest
  2    the command or the file is wrong
  3    the surroundings are wrong: database, host, disk, cluster
  130  interrupted`;

/** Runs one command line. Never throws: whatever goes wrong is one line and an exit code. */
export async function main(argv: readonly string[], cli: Cli, { name, description, commands, addOptions = asItIs }: Program): Promise<number> {
  let code: number = COMMAND_EXIT.done;
  const program = addOptions(new Command(name))
    .description(description)
    .version(cli.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => cli.stdout.write(text), writeErr: (text) => cli.stderr.write(text) })
    .showHelpAfterError(`(${name} COMMAND --help shows how it is used)`)
    .addHelpText("after", EXITS);
  commands.forEach((add) =>
    add(program, cli, async (run) => {
      code = await run();
    }),
  );
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return exitFor(error, cli);
  }
}

function exitFor(error: unknown, cli: Cli): number {
  // Commander has written its own line already; --help and --version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? COMMAND_EXIT.done : COMMAND_EXIT.usage;
  if (cli.signal.aborted) return COMMAND_EXIT.interrupted;
  if (error instanceof SpecError || error instanceof FencedError) return told(error, COMMAND_EXIT.usage, cli);
  if (error instanceof SurroundingsError) return told(error, COMMAND_EXIT.surroundings, cli);
  cli.stderr.write(`sluice: this is a bug: ${(error as Error).stack ?? String(error)}\n`);
  return COMMAND_EXIT.surroundings;
}

function asItIs(program: Command): Command {
  return program;
}

function told(error: Error, code: number, cli: Cli): number {
  cli.stderr.write(`sluice: ${error.message}\n`);
  return code;
}

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
