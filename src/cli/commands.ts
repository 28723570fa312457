import type { AddCommand } from "./main.ts";

/** In the order of `sluice --help`. */
export const COMMANDS: readonly AddCommand[] = [];
