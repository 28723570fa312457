import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { exitWithParent } from "../batch/exit-with-parent.ts";
import { main, type Program } from "../cli/main.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { realClock } from "./clock.ts";
import { output } from "./log.ts";
import { VERSION } from "./version.ts";

/** Runs a program's command line: the one place that knows the real terminal, clock and environment. */
export async function runCommandLine(program: Program): Promise<void> {
  const stopped = new AbortController();
  for (const signal of STOPPING) process.on(signal, stopOrQuit(stopped));
  exitWithParent(process.env, () => stopped.abort(new Error("the command that started this one is gone")));
  // A reader that goes away, such as head, must not end the work.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;

  process.exitCode = await main(process.argv.slice(2), {
    version: VERSION,
    environment: process.env,
    clock: realClock,
    random: () => Math.random(),
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    question: isTerminal ? (text) => question(text, stopped.signal) : null,
    signal: stopped.signal,
    endBySignals: () => STOPPING.forEach((signal) => process.removeAllListeners(signal)),
    node: process.execPath,
    program: import.meta.filename,
    worker: path.join(import.meta.dirname, "worker.mjs"),
    home: path.dirname(import.meta.dirname),
    uid: process.getuid?.() ?? 0,
  }, program);
}

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npx passes on the Ctrl-C that the terminal has already sent: a second one within this time is the same. */
const SAME_SIGNAL_MS = 500;

/** The first signal stops the command in an orderly way. A second one ends it wherever it hangs; its processes stop because it is gone. */
function stopOrQuit(stopped: AbortController): () => void {
  let firstAt = Infinity;
  return () => {
    if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(COMMAND_EXIT.interrupted);
    firstAt = Math.min(firstAt, performance.now());
    stopped.abort(new Error("interrupted"));
  };
}

/** Uses the terminal's own line mode, so that Ctrl-C stays a signal. */
async function question(text: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // Ctrl-D ends the input without an answer.
    const ended = once(lines, "close").then(() => "");
    return await Promise.race([lines.question(text, { signal }), ended]);
  } finally {
    lines.close();
  }
}
