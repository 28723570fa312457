import { spawn } from "node:child_process";
import { once } from "node:events";
import { SurroundingsError } from "../model/errors.ts";
import type { Cli } from "./context.ts";

/** A simulated RIPEstat in a process of its own: it must not share an event loop with who measures it. */
export interface SimulatorProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws SurroundingsError where it does not start */
export async function startSimulatorProcess(cli: Cli, flags: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(cli.node, [cli.program, "simulate", ...flags], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    // It ends with this command, however that one ends (see batch/parent.ts).
    env: { ...cli.environment, SLUICE_PARENT_FD: "3" },
    // Ctrl-C is for the command, which lets its batches end while there is still somebody to answer them.
    detached: true,
  });
  let said = "";
  child.stdio[3]?.on("error", () => undefined);
  const stdout = child.stdout!;
  stdout.setEncoding("utf8");
  const url = await new Promise<string>((resolve, reject) => {
    stdout.on("data", (text: string) => {
      said += text;
      const found = /\bat (https?:\/\/\S+)\n/.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error("it ended at once")));
  }).catch((error: unknown) => {
    throw new SurroundingsError(`The simulated RIPEstat did not start: ${(error as Error).message}.`);
  });
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
