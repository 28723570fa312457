import { oneLine } from "./table.ts";
import type { Paint } from "./paint.ts";

/** A name and what is said of it; several lines stand under each other. */
export type Label = readonly [name: string, said: string | readonly string[]];

/** Names on the left, what is said of them beside. */
export function renderLabels(labels: readonly Label[], paint: Paint): string {
  const width = Math.max(...labels.map(([name]) => name.length));
  const lines = labels.flatMap(([name, said]) =>
    (typeof said === "string" ? [said] : said).map((line, index) => `  ${paint.dim((index === 0 ? name : "").padEnd(width))}  ${oneLine(line)}\n`),
  );
  return lines.join("");
}
