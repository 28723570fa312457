import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { inject } from "vitest";
import { aFolder, type Ended, type Environment } from "./sluice.ts";

/** The plugin as kubectl finds it: a program called kubectl-sluice in the PATH. */
export interface Plugin {
  /** Runs `kubectl-sluice …` to its end. */
  run(args: readonly string[], env?: Environment): Promise<Ended>;
  /** Runs `kubectl sluice …`, through the real kubectl. */
  throughKubectl(args: readonly string[], env?: Environment): Promise<Ended>;
  remove(): Promise<void>;
}

export async function aPlugin(kubeconfig: string): Promise<Plugin> {
  const folder = await aFolder();
  const [program, bin] = [path.join(folder.path, "kubectl-sluice"), path.join(folder.path, "bin")];
  await symlink(path.join(inject("programs"), "kubectl-sluice.mjs"), program);
  await mkdir(bin);
  await writeFile(path.join(bin, "kubectl-sluice"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(path.join(bin, "kubectl-sluice"), 0o755);
  const started = async (command: string, args: readonly string[], env: Environment): Promise<Ended> => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { HOME: folder.path, KUBECONFIG: kubeconfig, PATH: `${bin}${path.delimiter}${process.env["PATH"]!}`, ...env } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await once(child, "close");
    return { code: child.exitCode, stdout, stderr };
  };
  return {
    run: (args, env = {}) => started(process.execPath, [program, ...args], env),
    throughKubectl: (args, env = {}) => started("kubectl", ["sluice", ...args], env),
    remove: () => folder.remove(),
  };
}
