import type { Writable } from "node:stream";
import { visibleLines } from "../model/visible.ts";

/** A stream that a command writes to. */
export interface Output {
  write(text: string): void;
  /** For large results: honours back-pressure, so that they need not fit into memory. */
  readonly stream: Writable;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** The colours of paint.ts, and how view/redraw.ts draws over what it drew. */
const OURS = /(\u001b\[(?:[0-3]m|3[123]m|[0-9]{1,3}A|[KJ]))/;

/**
 * An output as commands use it: what they quote of a provider or a user cannot steer the terminal, and JSON says the same as before. The sequences
 * that remain are ours, and a terminal only gets them; tables, lists and the live view escape each cell or line of theirs by itself (visible.ts).
 */
export function guarded(out: Output): Output {
  return {
    write: (text) => out.write(out.isTerminal ? text.split(OURS).map((part, index) => (index % 2 === 1 ? part : visibleLines(part))).join("") : visibleLines(text)),
    get stream() {
      return out.stream;
    },
    get isTerminal() {
      return out.isTerminal;
    },
    get columns() {
      return out.columns;
    },
  };
}
