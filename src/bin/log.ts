import type { WriteStream } from "node:tty";
import { pino } from "pino";
import { readableLine } from "../cli/log-line.ts";
import { paintFor } from "../cli/paint.ts";
import type { Output } from "../cli/terminal.ts";
import type { Log } from "../model/log.ts";
import { visibleLines } from "../model/visible.ts";

/** Lines of JSON on standard output, or sentences if that is a terminal. Writes synchronously, so nothing is lost when the process exits. */
export function openLog(program: string, level = "info"): Log {
  const settings = { level, base: { program }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const stdout = output(process.stdout);
  const raw = pino.destination({ fd: 1, sync: true });
  // A line may quote a provider or a user, and somebody may read it as it is in a terminal.
  if (!stdout.isTerminal) return pino(settings, { write: (line: string) => raw.write(visibleLines(line)) });
  const paint = paintFor(stdout, { environment: process.env });
  return pino(settings, { write: (line: string) => stdout.write(`${readableLine(line.trimEnd(), paint)}\n`) });
}

/** A stream of this process, as commands use it. */
export function output(stream: WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    stream,
    get isTerminal() {
      return stream.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 80;
    },
  };
}
