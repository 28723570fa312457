import { visible } from "../model/visible.ts";
import type { Paint } from "./paint.ts";

/** Shown in front of the line, or only in the JSON. */
const NO_FIELDS = ["level", "time", "msg", "program", "stack"];

/**
 * A log line for a person: of a JSON line time, level, message and the other fields, of any other line the text.
 * `known`: fields to leave out, because the reader knows them.
 */
export function readableLine(line: string, paint: Paint, known: readonly string[] = []): string {
  const entry = parsed(line);
  if (entry === null) return visible(line);
  const { level, time, msg } = entry;
  const fields = Object.entries(entry).filter(([name]) => !NO_FIELDS.includes(name) && !known.includes(name));
  const parts = [timeOf(time), paintLevel(String(level), paint), typeof msg === "string" ? visible(msg) : "", ...fields.map(([name, value]) => `${paint.dim(`${name}=`)}${valueText(value)}`)];
  return parts.filter((part) => part !== "").join(" ");
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
  const at = new Date(typeof time === "string" ? time : NaN);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(11, 19);
}

function paintLevel(level: string, paint: Paint): string {
  const padded = level.padEnd(5);
  if (level === "warn") return paint.middling(padded);
  return level === "error" || level === "fatal" ? paint.bad(padded) : paint.dim(padded);
}

function valueText(value: unknown): string {
  return typeof value === "string" && /^[^\s"]+$/.test(value) ? visible(value) : visible(JSON.stringify(value));
}
