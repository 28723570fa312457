import { InvalidArgumentError, Option, type Command } from "commander";

/** `--output`, the first of the choices being what a person reads. */
export function outputOption(choices: readonly [string, ...string[]] = ["text", "json"]): Option {
  return new Option("--output <format>", "how the result is printed").choices(choices).default(choices[0]);
}

export function dataOption(): Option {
  return new Option("--data <dir>", "the data folder, used where DATABASE_URL is not set (default: sluice in the XDG data folder)");
}

export function addWindowOption(command: Command): Command {
  return command.option("--window <start>", "the window that starts then, in UTC, such as 2026-11-20 (default: the newest that has settled)");
}

export function addRangeOptions(command: Command): Command {
  return command
    .option("--from <start>", "the first window of several")
    .option("--to <start>", "the last of them, itself included (default: the newest)");
}

/** Of the commands that sweep. */
export function metricsPortOption(): Option {
  return new Option("--metrics-port <port>", "serve metrics for Prometheus at http://127.0.0.1:PORT/metrics until the command ends; 0: any port that is free").argParser(readPort);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port from 0 to 65535 is wanted.");
  return port;
}

/** For an option that is a whole number of at least 1. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!/^[0-9]{1,9}$/.test(text) || count < 1) throw new InvalidArgumentError("A whole number from 1 on is wanted.");
  return count;
}
