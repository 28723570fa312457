import { KUBECTL_SLUICE } from "../kubectl/commands.ts";
import { runCommandLine } from "./command-line.ts";

await runCommandLine(KUBECTL_SLUICE);
