import { causeText, nextStepFor } from "../decide/sweep/causes.ts";
import type { Cause } from "../model/message.ts";
import { formatMemory } from "../model/quantity.ts";

/** The sweep that a command would be about. */
export interface SweptWindow {
  readonly dataset: string;
  /** "2026-11-20" */
  readonly window: string;
  /** The files that `sluice try` takes; null where the sweep comes from the database. */
  readonly files: readonly string[] | null;
  /** The file is a Sweep, which names its own window. */
  readonly hasOwnWindow: boolean;
  /** `--data`, if it was given. */
  readonly data: string | undefined;
  /** `batch.memoryMax`, in bytes. */
  readonly memoryMaxBytes: number;
}

/** With the command that helps: "111 × declared-wrong, e.g. web-011: …. sluice try FILE --target web-011". */
export function causeLine(cause: Cause, swept: SweptWindow): string {
  return `${causeText(cause)}. ${nextCommand(cause, swept)}`;
}

function nextCommand({ code, example }: Cause, { dataset, window, files, hasOwnWindow, data, memoryMaxBytes }: SweptWindow): string {
  const rerun = `sluice rerun ${shellWord(dataset)} --window ${window}`;
  const where = data === undefined ? "" : ` --data ${shellWord(data)}`;
  switch (nextStepFor(code)) {
    case "try":
      return `sluice try ${files === null ? "FILE" : files.map(shellWord).join(" ")} --target ${shellWord(example)}${hasOwnWindow ? "" : ` --window ${window}`}`;
    case "rerun-with-memory":
      return `${rerun} --state failed --memory ${formatMemory(2 * memoryMaxBytes)}${where}`;
    case "rerun":
      return `${rerun}${where}`;
  }
}

/** A word as a shell reads it: in quotation marks only where it needs them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
