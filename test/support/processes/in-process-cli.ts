import { PassThrough } from "node:stream";
import type { Cli } from "../../../src/cli/main.ts";
import type { Output } from "../../../src/cli/terminal.ts";
import { REAL_CLOCK } from "../postgres/store.ts";
import { ROOT } from "../root.ts";

export interface TestOutput extends Output {
  readonly text: () => string;
}

/** Keeps what is written to it. */
export function anOutput(changes: Partial<Output> = {}): TestOutput {
  let text = "";
  const stream = new PassThrough();
  stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return { write: (written) => void (text += written), stream, isTerminal: false, columns: 80, ...changes, text: () => text };
}

/** What a command knows, at noon of 2026-11-23. */
export function aCli(changes: Partial<Cli> = {}): Cli & { readonly stdout: TestOutput; readonly stderr: TestOutput } {
  const outputs = { stdout: anOutput(), stderr: anOutput() };
  return {
    version: "0.1.0",
    environment: {},
    clock: { now: () => Date.UTC(2026, 10, 23, 12), ...REAL_CLOCK },
    random: () => 0.5,
    question: null,
    signal: new AbortController().signal,
    endBySignals: () => undefined,
    node: process.execPath,
    program: "",
    worker: "",
    home: ROOT,
    uid: process.getuid!(),
    ...changes,
    ...outputs,
  };
}
