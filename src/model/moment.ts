import type { EpochSeconds } from "./window.ts";

/**
 * The start of a window as a person writes it, always UTC: "2026-11-20", "2026-11-20T06:00" or "2026-11-20T06:00:00Z".
 * Null for anything else, including the 30th of February.
 */
export function parseMoment(text: string): EpochSeconds | null {
  const parts = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2})(:[0-9]{2})?Z?)?$/.exec(text);
  if (parts === null) return null;
  const iso = `${parts[1]!}T${parts[2] ?? "00:00"}${parts[3] ?? ":00"}`;
  const milliseconds = Date.parse(`${iso}Z`);
  // Date.parse rolls 2026-02-30 over into March: a date that does not come back as it was written is not valid.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== iso) return null;
  return milliseconds / 1000;
}

/** "2026-11-20T05:00:00Z", also at midnight. A fraction is dropped. */
export function isoOf(at: EpochSeconds): string {
  return new Date(Math.floor(at) * 1000).toISOString().replace(".000Z", "Z");
}

/** "2026-11-20" for the start of a UTC day, else "2026-11-20T06:00:00Z". */
export function formatMoment(at: EpochSeconds): string {
  const iso = new Date(at * 1000).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.replace(".000Z", "Z");
}
