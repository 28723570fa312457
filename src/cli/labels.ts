import { visible } from "../model/visible.ts";
import type { Paint } from "./paint.ts";

/** A name and its text, of one or more lines. */
export type Label = readonly [name: string, text: string | readonly string[]];

/** Two columns: the names, and their texts. */
export function renderLabels(labels: readonly Label[], paint: Paint): string {
  const width = Math.max(...labels.map(([name]) => name.length));
  const lines = labels.flatMap(([name, text]) =>
    (typeof text === "string" ? [text] : text).map((line, index) => `  ${paint.dim((index === 0 ? name : "").padEnd(width))}  ${visible(line)}\n`),
  );
  return lines.join("");
}
