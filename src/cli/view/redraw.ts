import type { Output } from "../main.ts";

/** Lines that are drawn over themselves, so that nothing flickers. None may be as wide as the terminal, which would wrap it. */
export class Redraw {
  readonly #out: Output;
  #drawn = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  draw(lines: readonly string[]): void {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    // What was longer before is cleared below.
    this.#out.write(`${up}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    this.#drawn = lines.length;
  }

  clear(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}

/** A line that the terminal would wrap is cut. Of one with colours only what is seen counts, and the colours stay whole. */
export function fit(line: string, columns: number): string {
  let seen = 0;
  return line.replace(/\u001b\[[0-9;]*m|[^]/gu, (part) => (part.startsWith("\u001b") || ++seen < columns ? part : ""));
}
