/** Amounts as short as the ticks of an axis need them. */

/** 0.5, 12, 1.2k, 45M */
export function count(value: number): string {
  return scaled(value, 1000, ["", "k", "M", "G"]);
}

/** 0 B, 950 kB, 3 MB */
export function bytes(value: number): string {
  return scaled(value, 1000, [" B", " kB", " MB", " GB", " TB"]);
}

/** 128 MiB, 1 GiB */
export function memory(value: number): string {
  return scaled(value / 2 ** 20, 1024, [" MiB", " GiB"]);
}

/** 20 ms, 4 s, 10 min, 3 h */
export function seconds(value: number): string {
  if (value < 1) return `${digits(value * 1000)} ms`;
  if (value < 120) return `${digits(value)} s`;
  return value < 7200 ? `${digits(value / 60)} min` : `${digits(value / 3600)} h`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // 999.9 would be rounded to 1000 of the smaller unit.
  while (Math.abs(rest) >= step - 0.5 && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${digits(rest)}${units[unit]!}`;
}

/** Three digits, without trailing zeros. */
function digits(value: number): string {
  return String(Number(Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)));
}
