import { Command, CommanderError } from "commander";
import type { Clock } from "../model/clock.ts";
import { FencedError, SpecError, SurroundingsError, systemProblem } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { guarded, type Output } from "./terminal.ts";

/** Adds a command to a program. Its action hands its work to `execute`, which turns the result into the exit code of the program. */
export type AddCommand = (program: Command, cli: Cli, execute: (work: CommandWork) => Promise<void>) => void;

/** A command's work. Resolves to its exit code (see COMMAND_EXIT). */
type CommandWork = () => Promise<number>;

/** A command line program: `sluice` or `kubectl sluice`. */
export interface Program {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly AddCommand[];
  /** Adds options that may also stand before the command. */
  readonly addOptions?: (program: Command) => Command;
}

const EXITS = `
Exit codes:
  0    complete or usable; or the command did what was asked
  1    incomplete: run the command again to do the rest
  2    the command or the file is wrong
  3    environment problem: database, host, disk, cluster
  130  interrupted`;

/** Runs one command line and returns its exit code. Never throws: an error becomes one line on standard error. */
export async function main(argv: readonly string[], given: Cli, { name, description, commands, addOptions = noOptions }: Program): Promise<number> {
  const cli = { ...given, stdout: guarded(given.stdout), stderr: guarded(given.stderr) };
  let code: number = COMMAND_EXIT.done;
  const program = addOptions(new Command(name))
    .description(description)
    .version(cli.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => cli.stdout.write(text), writeErr: (text) => cli.stderr.write(text) })
    .showHelpAfterError(`(see ${name} COMMAND --help)`)
    .addHelpText("after", EXITS);
  commands.forEach((add) =>
    add(program, cli, async (work) => {
      code = await work();
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
  // Commander has already written its own line. --help and --version throw too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? COMMAND_EXIT.done : COMMAND_EXIT.usage;
  if (cli.signal.aborted) return COMMAND_EXIT.interrupted;
  if (error instanceof SpecError || error instanceof FencedError) return report(error, COMMAND_EXIT.usage, cli);
  const problem = error instanceof SurroundingsError ? error : systemProblem(error);
  if (problem !== null) return report(problem, COMMAND_EXIT.surroundings, cli);
  cli.stderr.write(`sluice: internal error, please report it: ${(error as Error).stack ?? String(error)}\n`);
  return COMMAND_EXIT.surroundings;
}

function noOptions(program: Command): Command {
  return program;
}

function report(error: Error, code: number, cli: Cli): number {
  cli.stderr.write(`sluice: ${error.message}\n`);
  return code;
}

/** Everything that a command knows about the machine it runs on. */
export interface Cli {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Results. */
  readonly stdout: Output;
  /** Progress and errors. */
  readonly stderr: Output;
  /** Asks the person at the terminal for one line. Null without a terminal. */
  readonly question: ((text: string) => Promise<string>) | null;
  /** Aborted by Ctrl-C or SIGTERM: then a command stops in an orderly way. */
  readonly signal: AbortSignal;
  /** From now on a signal ends the process at once, even while its event loop stands still. For work that leaves nothing behind. */
  readonly endBySignals: () => void;
  /** Paths of Node, of this program, and of the program that runs as prepare and as batch. */
  readonly node: string;
  readonly program: string;
  readonly worker: string;
  /** Root folder of the project, with package.json and the examples. */
  readonly home: string;
  readonly uid: number;
}
