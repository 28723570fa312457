import { startProgram } from "../../../src/local/processes.ts";
import { aProgramStart } from "./program-start.ts";

/** A command that starts a program that behaves as its argument says, tells its number, and waits for it. */
const program = await startProgram(
  aProgramStart(process.argv[2]!, "", {
    logTo: () => process.stdout.write(`${program.pid}\n`),
  }),
);
await program.exited;
