import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { endWithParent } from "../batch/parent.ts";
import { KUBECTL_SLUICE, SLUICE } from "../cli/commands.ts";
import { main } from "../cli/main.ts";
import { realClock } from "./clock.ts";
import { output } from "./output.ts";
import { VERSION } from "./version.ts";

/** The command line: the one place that knows the real terminal, clock and environment. */
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort(new Error("interrupted")));
endWithParent(process.env, () => stopped.abort(new Error("the command that started this one is gone")));
// A reader that goes away, such as head, ends the writing and not the work.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

/** What it was called: where launch.js had to find another Node, its name stands in place of Node's. */
const isPlugin = [process.argv[1] ?? "", process.argv0].some((called) => path.basename(called) === "kubectl-sluice");

process.exitCode = await main(process.argv.slice(2), {
  version: VERSION,
  environment: process.env,
  clock: realClock,
  random: () => Math.random(),
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  question: process.stdin.isTTY && process.stderr.isTTY ? question : null,
  signal: stopped.signal,
  node: process.execPath,
  program: import.meta.filename,
  worker: path.join(import.meta.dirname, "worker.mjs"),
  home: path.dirname(import.meta.dirname),
  uid: process.getuid?.() ?? 0,
}, isPlugin ? KUBECTL_SLUICE : SLUICE);

/** In the terminal's own line mode, so that Ctrl-C is a signal like at any other time. */
async function question(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // Ctrl-D ends the input without an answer.
    const ended = once(lines, "close").then(() => "");
    return await Promise.race([lines.question(text, { signal: stopped.signal }), ended]);
  } finally {
    lines.close();
  }
}
