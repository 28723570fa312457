/** Numbers, formatted for people. */

/** 1,234,567 */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** 1 retry, 2,000 retries */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** 950 kB, 31.4 MB, 2.1 GB: powers of ten, as networks count. */
export function bytes(count: number): string {
  // The thresholds avoid rounding up to "1000" of the smaller unit.
  if (count >= 999.95e6) return `${(count / 1e9).toFixed(1)} GB`;
  if (count >= 999.5e3) return `${(count / 1e6).toFixed(1)} MB`;
  return `${Math.round(count / 1e3)} kB`;
}

/** Memory, in powers of two as limits are written. */
export function mebibytes(count: number): string {
  return String(Math.round(count / 2 ** 20));
}

/** 41 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** 61.1 %; rounded down, so that 100 % means all. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "0.0 %";
  return `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;
}
