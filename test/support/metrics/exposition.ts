/** What a program exposed for Prometheus, read without one: each series with its labels in the order of their names. */
export type Exposed = ReadonlyMap<string, number>;

export function readExposed(text: string): Exposed {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [sorted(line.slice(0, line.lastIndexOf(" "))), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

/** Value of one series; undefined where there is none. */
export function valueOf(exposed: Exposed, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  return exposed.get(sorted(`${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`).join(",")}}`));
}

/** Of all series of a metric that have these labels: their values by another label, without those that are 0. */
export function valuesBy(exposed: Exposed, name: string, label: string, labels: Readonly<Record<string, string>> = {}): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [series, value] of exposed) {
    const has = (of: string, what: string): boolean => series.includes(`${of}="${what}"`);
    if (!series.startsWith(`${name}{`) || !Object.entries(labels).every(([of, what]) => has(of, what)) || value === 0) continue;
    const word = new RegExp(`[{,]${label}="([^"]*)"`).exec(series)?.[1] ?? "";
    sums[word] = (sums[word] ?? 0) + value;
  }
  return sums;
}

/** Names of all metrics that have a series, or only the head of one. */
export function metricNames(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);
}

function sorted(series: string): string {
  const parts = /^(\w+)(?:\{(.*)\})?$/.exec(series);
  const labels = [...(parts?.[2] ?? "").matchAll(/\w+="(?:[^"\\]|\\.)*"/g)].map(([label]) => label).sort();
  return labels.length === 0 ? (parts?.[1] ?? series) : `${parts![1]!}{${labels.join(",")}}`;
}
