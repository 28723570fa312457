import type { Output } from "../terminal.ts";

/** Draws lines over the lines drawn before, without flicker. Each must be narrower than the terminal, which would wrap it otherwise. */
export class Redraw {
  readonly #out: Output;
  #drawn = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  draw(lines: readonly string[]): void {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    // Also clears lines below that a longer drawing left.
    this.#out.write(`${up}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    this.#drawn = lines.length;
  }

  clear(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}

/** Cuts a line that the terminal would wrap. Colour codes do not count and are kept. */
export function fit(line: string, columns: number): string {
  let width = 0;
  return line.replace(/\u001b\[[0-9;]*m|[^]/gu, (part) => (part.startsWith("\u001b") || ++width < columns ? part : ""));
}
