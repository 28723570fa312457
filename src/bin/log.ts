import { pino } from "pino";
import { readableLine } from "../cli/log-line.ts";
import { paintFor } from "../cli/paint.ts";
import type { Log } from "../model/log.ts";
import { output } from "./output.ts";

/** JSON on standard output, a line each; a sentence each where that is a terminal. Written at once: nothing is lost when the process ends. */
export function openLog(program: string, level = "info"): Log {
  const settings = { level, base: { program }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const stdout = output(process.stdout);
  if (!stdout.isTerminal) return pino(settings);
  const paint = paintFor(stdout, { environment: process.env });
  return pino(settings, { write: (line: string) => stdout.write(`${readableLine(line.trimEnd(), paint)}\n`) });
}
