import { InvalidArgumentError, Option, type Command } from "commander";
import { SpecError } from "../model/errors.ts";
import { parseMemory } from "../model/quantity.ts";
import type { Selection } from "../model/resolved.ts";
import { STATES, type StateOrMissing } from "../model/states.ts";
import { targetNameProblem } from "../model/target-name.ts";
import { shownName } from "../model/visible.ts";

/** `-o, --output`. The first choice is the default: what a person reads. */
export function outputOption(choices: readonly [string, ...string[]] = ["text", "json"]): Option {
  return new Option("-o, --output <format>", "how the result is printed").choices(choices).default(choices[0]);
}

export function dataOption(): Option {
  return new Option("--data <dir>", "the data folder, used if DATABASE_URL is not set (default: sluice in the XDG data folder)");
}

/** `--yes`, of the commands that sweep. */
export function confirmOption(): Option {
  return new Option("--yes", "drop the windows that a shorter store.retention no longer keeps, without asking");
}

/** Of the commands that write CSV. */
export function spreadsheetOption(): Option {
  return new Option("--spreadsheet", "for a spreadsheet: put ' before a text that it would run as a formula");
}

/** `--window`. `fallback` says which windows are meant without it. */
export function windowOption(fallback = "the newest that has settled"): Option {
  return new Option("--window <start>", `the window that starts at this time, in UTC, such as 2026-11-20 (default: ${fallback})`);
}

export function fromOption(): Option {
  return new Option("--from <start>", "the first window of a range, by its start in UTC");
}

/** `--to`. `fallback` says where the range ends without it. */
export function toOption(fallback = "the newest that has settled"): Option {
  return new Option("--to <start>", `the last window of the range, included (default: ${fallback})`);
}

/** What `rerun` asks again, as the options say it. */
export interface SelectionOptions {
  readonly state?: readonly StateOrMissing[];
  readonly all?: true;
  readonly replace?: true;
  readonly target?: readonly string[];
  /** Bytes. */
  readonly memory?: number;
}

export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(new Option("--state <state...>", "only targets in these states (default: all that are not settled)").choices(STATES).conflicts("all"))
    .option("--all", "settled targets too")
    .option("--target <name...>", "only these targets")
    .option("--memory <amount>", "memory limit of a batch, such as 512Mi", readMemory)
    .option("--replace", "let an answer with fewer matches replace a settled one");
}

/** What `rerun` asks again, as a sweep reads it. */
export interface RerunSelection {
  readonly states: Selection["states"];
  /** Names of targets. Absent: every target in those states. */
  readonly targets?: readonly string[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly replace: boolean;
}

export function selectionOf({ state, all, replace, target, memory }: SelectionOptions): RerunSelection {
  for (const name of target ?? []) checkTargetName(name);
  return { states: all === true ? "all" : (state ?? "incomplete"), targets: target, memoryBytes: memory, replace: replace === true };
}

/** @throws SpecError for a name that no list can contain */
export function checkTargetName(name: string): void {
  const problem = targetNameProblem(name);
  if (problem !== null) throw new SpecError(`--target ${shownName(name)} ${problem}.`);
}

function readMemory(text: string): number {
  const bytes = parseMemory(text);
  if (bytes === null) throw new InvalidArgumentError("Must be an amount such as 512Mi or 1Gi.");
  return bytes;
}

/** Of the commands that sweep on this machine. */
export function metricsPortOption(): Option {
  return new Option("--metrics-port <port>", "serve metrics for Prometheus at http://127.0.0.1:PORT/metrics until the command finishes; 0: any free port").argParser(readPort);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("Must be a port between 0 and 65535.");
  return port;
}

/** For an option whose value is a whole number, at least 1. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!/^[0-9]{1,9}$/.test(text) || count < 1) throw new InvalidArgumentError("Must be a whole number, at least 1.");
  return count;
}
