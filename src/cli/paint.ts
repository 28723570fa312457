import type { Cli } from "./main.ts";
import type { Output } from "./terminal.ts";

/** Functions that colour a text, or return it unchanged if colours are off. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly middling: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** Colours are off if the output is no terminal or NO_COLOR is set. */
export function paintFor(output: Output, { environment }: Pick<Cli, "environment">): Paint {
  const isColoured = output.isTerminal && (environment["NO_COLOR"] ?? "") === "";
  const inCode = (code: number) => (text: string) => (isColoured && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { strong: inCode(1), dim: inCode(2), good: inCode(32), middling: inCode(33), bad: inCode(31) };
}
