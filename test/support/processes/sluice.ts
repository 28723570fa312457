import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";

/** A command line of the built program. */
export interface SluiceProcess {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** As head does when it has seen enough. */
  closeOutput(): void;
}

export interface Environment {
  readonly [name: string]: string | undefined;
}

/**
 * Starts `sluice …` as a user would, with a home of its own unless the environment says otherwise; `through` a command that executes
 * what it is given, such as unshare.
 */
export function startSluice(args: readonly string[], env: Environment, through: readonly string[] = []): SluiceProcess {
  const programs = inject("programs");
  const [command, ...rest] = [...through, process.execPath, path.join(programs, "sluice.mjs"), ...args];
  const child = spawn(command!, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    // Compiling programs that are started hundreds of times would take a fifth of each start.
    env: { PATH: process.env["PATH"], HOME: "/nowhere", NODE_COMPILE_CACHE: path.join(programs, "compiled"), ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    exited: once(child, "close").then(() => child.exitCode),
    kill: (signal) => void child.kill(signal),
    closeOutput: () => void child.stdout.destroy(),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sluice …` to its end. */
export async function sluice(args: readonly string[], env: Environment): Promise<Ended> {
  const running = startSluice(args, env);
  const code = await running.exited;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** A folder for one test's files. Others may pass through it: root's Postgres runs as nobody, and would else put its data elsewhere. */
export async function aFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-it-"));
  await chmod(folder, 0o755);
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * A CronSweep against a simulated RIPEstat, quick enough for tests, as a file in `folder`. `spec` is laid over the template's spec,
 * section by section. JSON is YAML too.
 */
export async function writeCronSweep(folder: string, baseUrl: string, spec: Readonly<Record<string, Fields>> = {}, name = "trial"): Promise<string> {
  const base: Record<string, Fields> = {
    provider: { name: "ripestat", sourceapp: "sluice-test", baseUrl },
    window: { every: "24h", settle: "0s" },
    targets: { preset: "ris-asns", atLeast: 1 },
    request: { timeouts: { connect: "5s", headers: "20s", idle: "10s", target: "120s" } },
    host: { inFlight: 16, probeEvery: "1s", maxPause: "5s" },
    canaries: { every: "1s" },
    batch: { targets: 128, concurrency: 16, pods: 4, memory: "128Mi", memoryMax: "512Mi" },
    done: { passes: 5 },
  };
  const sections = Object.keys({ ...base, ...spec });
  const merged = Object.fromEntries(sections.map((section) => [section, { ...base[section], ...spec[section] }]));
  const document = {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "CronSweep",
    metadata: { name },
    spec: { schedule: "@daily", sweepTemplate: { spec: merged } },
  };
  const file = path.join(folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(document, null, 2));
  return file;
}
