import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Launch } from "../decide/sweep/decision.ts";
import { PREPARE_MEMORY_BYTES } from "../decide/sweep/process-memory.ts";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { LogFields } from "../model/log.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepIdentity } from "../model/sweep.ts";
import type { PrepareTask } from "../model/tasks.ts";
import type { Driver } from "../store/driven-sweeps.ts";
import { folderFailure, makeFolder } from "./make-folder.ts";
import type { MemoryCgroups } from "./memory-cgroup.ts";
import { startOf } from "./proc.ts";
import { startProgram, type RunningProgram } from "./processes.ts";
import type { Timer } from "./timer.ts";

interface ProgramSettings {
  readonly node: string;
  /** The program that prepare and batch processes run. */
  readonly worker: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly identity: SweepIdentity;
  readonly driver: Driver;
  readonly spec: ResolvedSpec;
  /** A folder for messages and tasks while the sweep runs. */
  readonly temporary: string;
  /** A folder for the programs' logs. */
  readonly logs: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly cgroups: MemoryCgroups | null;
  /** Takes what a person should know, in a sentence. */
  readonly warn: (sentence: string) => void;
}

/** Starts a sweep's prepare and batch processes. */
export interface Programs {
  start(launch: Launch): Promise<RunningProgram>;
  /** The programs' log, one line of JSON per entry. */
  readonly logFile: string;
  close(): Promise<void>;
}

/**
 * The folder of this driver alone, named after the sweep and the process: a driver that was stopped and overtaken may wake up, and uses its own
 * folder until it notices. The folders of drivers of this sweep that were killed are removed.
 */
async function ownFolder({ temporary, identity, driver }: ProgramSettings): Promise<string> {
  const prefix = `sluice-run-${identity.uid}-`;
  const folder = path.join(temporary, `${prefix}${driver.pid}-${driver.pidStarted}-${driver.token.slice(0, 8)}`);
  try {
    for (const name of await readdir(temporary)) {
      const [, pid, started] = name.startsWith(prefix) ? (/^(\d+)-(\d*)-/.exec(name.slice(prefix.length)) ?? []) : [];
      if (pid !== undefined && startOf(Number(pid)) !== started) await rm(path.join(temporary, name), { recursive: true, force: true });
    }
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    throw temporaryFailure(temporary, error);
  }
}

function temporaryFailure(temporary: string, error: unknown): SurroundingsError {
  const { message } = folderFailure(temporary, error);
  return new SurroundingsError(`${message} Temporary files go there: set TMPDIR to another folder.`, { cause: error });
}

export async function openPrograms(settings: ProgramSettings): Promise<Programs> {
  const { node, worker, identity, spec, clock, timer, cgroups } = settings;
  const sweep: LogFields = { sweep: identity.name, namespace: identity.namespace, sweepUid: identity.uid, dataset: spec.dataset, window: formatMoment(spec.window.start) };
  await makeFolder(settings.logs).catch((error: unknown) => {
    throw folderFailure(settings.logs, error);
  });
  const folder = await ownFolder(settings);
  const logFile = path.join(settings.logs, `${identity.namespace}-${identity.name}.log`);
  const log = createWriteStream(logFile, { flags: "a" });
  // It must not stop a sweep.
  log.on("error", (error) => settings.warn(`The log of the programs cannot be written, and the sweep goes on without it: ${error.message}.`));

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
    await writeFile(taskFile, JSON.stringify(task)).catch((error: unknown) => {
      throw temporaryFailure(settings.temporary, error);
    });
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
