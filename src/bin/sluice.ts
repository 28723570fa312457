import { SLUICE } from "../cli/commands.ts";
import { runCommandLine } from "./command-line.ts";

await runCommandLine(SLUICE);
