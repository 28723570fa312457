import { tmpdir } from "node:os";
import path from "node:path";
import type { ProgramStart } from "../../../src/local/processes.ts";
import { realTimer } from "../../../src/local/timer.ts";
import { ROOT } from "../root.ts";

/** A start of test/support/processes/misbehaving-program.ts. */
export function aProgramStart(behaviour: string, detail: string | number, changes: Partial<ProgramStart> = {}): ProgramStart {
  return {
    node: process.execPath,
    script: path.join(ROOT, "test/support/processes/misbehaving-program.ts"),
    args: [behaviour, String(detail)],
    env: { PATH: process.env["PATH"] },
    limitBytes: 128 * 1024 * 1024,
    messageFile: path.join(tmpdir(), "sluice-no-message"),
    logTo: () => {},
    timer: realTimer,
    cgroups: null,
    ...changes,
  };
}
