import type { LogFields } from "../model/log.ts";

type About = LogFields & { readonly program: string };

/**
 * A line of a program as its sweep's log file has it: the program's own as it wrote it, and as one like it what Node wrote, such as
 * the stack of a crash. `now` in milliseconds.
 */
export function logLine(line: string, about: About, now: number): string {
  return isLogged(line) ? line : JSON.stringify({ level: "error", time: new Date(now).toISOString(), ...about, msg: line });
}

export function killedLine(about: About, now: number): string {
  return JSON.stringify({ level: "warn", time: new Date(now).toISOString(), ...about, msg: "ended by a signal" });
}

function isLogged(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    return "level" in (JSON.parse(line) as object);
  } catch {
    return false;
  }
}
