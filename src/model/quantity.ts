/** Quantities as a person writes them. The parsers return null for invalid input: the caller knows which field it was. */

/** The three formats. They are also patterns of the schema, so they must be valid in RE2, which Kubernetes uses. */
export const MEMORY = /^([0-9]{1,12})(Ki|Mi|Gi|k|M|G|)$/;
export const DURATION = /^(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,9})s)?$/;
export const PERCENT = /^(100(?:\.0{1,6})?|[0-9]{1,2}(?:\.[0-9]{1,6})?)%$/;

const MEMORY_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** "128Mi", "1Gi", "1500M" as Kubernetes reads them: whole bytes. */
export function parseMemory(text: string): number | null {
  const parts = MEMORY.exec(text);
  if (parts === null) return null;
  return Number(parts[1]) * MEMORY_UNITS[parts[2]!]!;
}

/** 134217728 as "128Mi": the largest unit that needs no fraction. */
export function formatMemory(bytes: number): string {
  for (const unit of ["Gi", "Mi", "Ki"]) {
    const size = MEMORY_UNITS[unit]!;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** "24h", "90s", "1h30m", "730d": whole seconds. Units fall from days to seconds, each at most once. */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text);
  if (parts === null || text === "") return null;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return days! * 86_400 + hours! * 3_600 + minutes! * 60 + seconds!;
}

/** 5400 as "1h30m", 86400 as "24h", 63072000 as "730d". */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  if (seconds % 86_400 === 0 && seconds > 86_400) return `${seconds / 86_400}d`;
  const parts = [
    { unit: "h", amount: Math.floor(seconds / 3_600) },
    { unit: "m", amount: Math.floor((seconds % 3_600) / 60) },
    { unit: "s", amount: seconds % 60 },
  ];
  return parts.filter((part) => part.amount > 0).map((part) => `${part.amount}${part.unit}`).join("");
}

/** "99.9%" as 0.999, from 0 to 1. */
export function parsePercent(text: string): number | null {
  const parts = PERCENT.exec(text);
  // An exponent instead of a division: 99.9 / 100 is 0.9990000000000001.
  return parts === null ? null : Number(`${parts[1]!}e-2`);
}
