import { createWriteStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Launch } from "../decide/sweep/decision.ts";
import { PREPARE_MEMORY_BYTES } from "../decide/sweep/process-memory.ts";
import type { Clock } from "../model/clock.ts";
import type { LogFields } from "../model/log.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepIdentity } from "../model/sweep.ts";
import type { PrepareTask } from "../model/tasks.ts";
import type { MemoryCgroups } from "./memory-cgroup.ts";
import { startProgram, type RunningProgram } from "./processes.ts";
import type { Timer } from "./timer.ts";

interface ProgramSettings {
  readonly node: string;
  /** The program that prepare and batch processes run. */
  readonly worker: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly identity: SweepIdentity;
  readonly spec: ResolvedSpec;
  /** A folder for messages and tasks while the sweep runs. */
  readonly temporary: string;
  /** A folder for the programs' logs. */
  readonly logs: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly cgroups: MemoryCgroups | null;
}

/** Starts a sweep's prepare and batch processes. */
export interface Programs {
  start(launch: Launch): Promise<RunningProgram>;
  /** The programs' log, one line of JSON per entry. */
  readonly logFile: string;
  close(): Promise<void>;
}

export async function openPrograms(settings: ProgramSettings): Promise<Programs> {
  const { node, worker, identity, spec, clock, timer, cgroups } = settings;
  const sweep: LogFields = { sweep: identity.name, namespace: identity.namespace, sweepUid: identity.uid, dataset: spec.dataset, window: formatMoment(spec.window.start) };
  await mkdir(settings.logs, { recursive: true });
  // Named after the sweep: the driver that takes over from a killed one deletes what that left.
  const folder = path.join(settings.temporary, `sluice-run-${identity.uid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const logFile = path.join(settings.logs, `${identity.namespace}-${identity.name}.log`);
  const log = createWriteStream(logFile, { flags: "a" });
  // A log that cannot be written must not stop a sweep.
  log.on("error", () => undefined);

  async function start(launch: Launch): Promise<RunningProgram> {
    const { name, args, limitBytes, about } = await invocationOf(launch);
    const messageFile = path.join(folder, `${name}.message.json`);
    const env = {
      ...settings.environment,
      DATABASE_URL: settings.databaseUrl,
      SLUICE_MESSAGE_FILE: messageFile,
      SLUICE_MEMORY_BYTES: String(limitBytes),
    };
    const fields = { program: launch.program, ...sweep, ...about };
    const logTo = (line: string): void => {
      if (line.trim() !== "") log.write(`${logLine(line, fields, clock.now())}\n`);
    };
    const running = await startProgram({ node, script: worker, args, env, limitBytes, messageFile, logTo, timer, cgroups });
    // A killed program cannot log it itself.
    void running.exited.then(({ exitCode, outOfMemory }) => {
      if (exitCode === null) logTo(killedLine({ ...fields, exitCode, outOfMemory }, clock.now()));
    });
    return running;
  }

  async function invocationOf(launch: Launch): Promise<{ name: string; args: string[]; limitBytes: number; about: LogFields }> {
    if (launch.program === "batch") {
      const { batch } = launch.work;
      return { name: `batch-${batch}`, args: ["batch", identity.uid, String(batch)], limitBytes: launch.memoryBytes, about: { batch } };
    }
    const { pass, round, attempt } = launch.work;
    const name = `prepare-${pass}-${round}-${attempt}`;
    const taskFile = path.join(folder, `${name}.task.json`);
    const task: PrepareTask = { identity, spec, place: launch.place };
    await writeFile(taskFile, JSON.stringify(task));
    return { name, args: ["prepare", taskFile], limitBytes: PREPARE_MEMORY_BYTES, about: { pass, round } };
  }

  return {
    start,
    logFile,
    close: async () => {
      await new Promise<void>((resolve) => log.end(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type About = LogFields & { readonly program: string };

/**
 * A program's line for the log file of its sweep: a log entry stays as it is, and any other line, such as Node's stack of a
 * crash, becomes an entry. `now` in milliseconds.
 */
export function logLine(line: string, about: About, now: number): string {
  return isLogEntry(line) ? line : JSON.stringify({ level: "error", time: new Date(now).toISOString(), ...about, msg: line });
}

function killedLine(about: About, now: number): string {
  return JSON.stringify({ level: "warn", time: new Date(now).toISOString(), ...about, msg: "killed by a signal" });
}

function isLogEntry(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    return "level" in (JSON.parse(line) as object);
  } catch {
    return false;
  }
}
