import path from "node:path";
import type { WriteStream } from "node:tty";
import type { Output } from "../cli/context.ts";
import { COMMANDS } from "../cli/commands.ts";
import { main } from "../cli/main.ts";
import { realClock } from "./clock.ts";
import { VERSION } from "./version.ts";

/** The command line: the one place that knows the real terminal, clock and environment. */
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort(new Error("interrupted")));
// A reader that goes away, such as head, ends the writing and not the work.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

process.exitCode = await main(process.argv.slice(2), {
  version: VERSION,
  environment: process.env,
  clock: realClock,
  random: () => Math.random(),
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  signal: stopped.signal,
  node: process.execPath,
  worker: path.join(import.meta.dirname, "worker.cjs"),
  home: path.dirname(import.meta.dirname),
  uid: process.getuid?.() ?? 0,
}, COMMANDS);

function output(stream: WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 80;
    },
  };
}
