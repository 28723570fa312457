import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "../root.ts";

const BUILT = path.join(ROOT, "test/cluster/bin");

/** Kubernetes' programs in one, and helm, as test/cluster/build.sh makes them. Tests that need them say so in their title. */
export const CLUSTER = path.join(BUILT, "cluster");
export const HELM = existsSync(path.join(BUILT, "helm")) ? path.join(BUILT, "helm") : onPath("helm");
export const hasHelm = HELM !== undefined;
export const hasKubernetes = existsSync(CLUSTER) && hasHelm;

function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. `name` is what it is called as: one program is several. */
export async function run(program: string, args: readonly string[], { name = program, input = "", env = {} }: { name?: string; input?: string; env?: Readonly<Record<string, string>> } = {}): Promise<Ended> {
  const child = spawn(program, args, { argv0: name, stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env["PATH"], ...env } });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}
