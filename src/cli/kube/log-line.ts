import type { Paint } from "../paint.ts";
import { oneLine } from "../table.ts";

/** pino's numbers. */
const LEVELS: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/** What stands in each line and says nothing beside its pod. */
const KNOWN = new Set(["level", "time", "pid", "hostname", "msg", "program", "sweep", "batch"]);

/** A line of a pod's log for a person: pino's JSON as a sentence with its fields behind, anything else as it is. */
export function readableLine(line: string, paint: Paint): string {
  const entry = parsed(line);
  if (entry === null) return oneLine(line);
  const level = LEVELS[entry["level"] as number] ?? String(entry["level"]);
  const fields = Object.entries(entry).filter(([name]) => !KNOWN.has(name));
  const said = [timeOf(entry["time"]), paintLevel(level, paint), typeof entry["msg"] === "string" ? oneLine(entry["msg"]) : "", ...fields.map(([name, value]) => `${paint.dim(`${name}=`)}${valueText(value)}`)];
  return said.filter((part) => part !== "").join(" ");
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith("{")) return null;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return "level" in value ? value : null;
  } catch {
    return null;
  }
}

function timeOf(time: unknown): string {
  const at = new Date(typeof time === "number" || typeof time === "string" ? time : NaN);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(11, 19);
}

function paintLevel(level: string, paint: Paint): string {
  const padded = level.padEnd(5);
  if (level === "warn") return paint.middling(padded);
  return level === "error" || level === "fatal" ? paint.bad(padded) : paint.dim(padded);
}

/** An error's stack is for whoever reads the JSON. */
function valueText(value: unknown): string {
  if (typeof value === "object" && value !== null && "message" in value) return oneLine(JSON.stringify(value.message));
  return typeof value === "string" && /^[^\s"]+$/.test(value) ? value : oneLine(JSON.stringify(value));
}
