/**
 * Reads a Retry-After header: seconds, or an HTTP-date.
 * @param now milliseconds since the epoch
 * @returns seconds from now, not below 0; null where it says nothing that can be read
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  const text = (header ?? "").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // Date.parse takes much for a date ("-5", "soon 1"): only the three forms of RFC 9110 begin with the day's name.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}
