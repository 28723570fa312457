import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { ROOT } from "../test/support/root.ts";

/** The present sources, built for this run. */
export interface Programs {
  readonly sluice: string;
  readonly worker: string;
}

export function buildPrograms(folder: string): Programs {
  execFileSync(process.execPath, ["src/bin/build.ts", folder], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  return { sluice: path.join(folder, "sluice.mjs"), worker: path.join(folder, "worker.mjs") };
}

export interface SimulatorProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs in a process of its own, so that its CPU is counted separately. It exits with this one, however that exits. */
export async function startSimulatorProcess({ sluice }: Programs, flags: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [sluice, "simulate", ...flags], {
    stdio: ["ignore", "pipe", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], SLUICE_PARENT_FD: "3" },
  });
  child.stdio[3]?.on("error", () => undefined);
  let said = "";
  child.stdout!.setEncoding("utf8");
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on("data", (text: string) => {
      said += text;
      const found = /\bat (https?:\/\/\S+)/.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    child.once("exit", () => reject(new Error(`The simulator ended at once: ${said}`)));
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
