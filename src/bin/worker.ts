import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { exitWithParent } from "../batch/exit-with-parent.ts";
import { aboutBatch } from "../batch/log-lines.ts";
import { kernelPeak, anonymousMemoryReader, MemoryGuard } from "../batch/memory-guard.ts";
import { watchEventLoop, MessageFile } from "../batch/message-file.ts";
import { ProgressDeadline } from "../batch/progress-deadline.ts";
import { runBatch } from "../batch/run-batch.ts";
import type { BatchesSnapshot } from "../metrics/worker.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { Log, LogFields } from "../model/log.ts";
import type { ProgramMessage } from "../model/message.ts";
import { formatMoment } from "../model/moment.ts";
import type { PrepareTask } from "../model/tasks.ts";
import type { PrepareDeps } from "../prepare/deps.ts";
import { runCheck } from "../prepare/run-check.ts";
import { runPrepare } from "../prepare/run-prepare.ts";
import type { ClaimedBatch } from "../store/batches.ts";
import { openDatabase, type Database } from "../store/database.ts";
import { realClock } from "./clock.ts";
import { openLog } from "./log.ts";
import { VERSION } from "./version.ts";
import { WorkerExit } from "./worker-exit.ts";

/**
 * The programs that a Job runs: `worker prepare TASK.json` and `worker batch UID NUMBER`; and `worker check TASK.json`, which changes nothing.
 * Environment: DATABASE_URL · SLUICE_DATABASE_CA (PEM) · SLUICE_MESSAGE_FILE · SLUICE_MEMORY_BYTES · SLUICE_HEALTH_PORT, SLUICE_HOST_IN_FLIGHT
 * (in a pod) · SLUICE_PARENT_FD (on one machine) · SLUICE_SECRET_… for headers · HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS.
 * Exit codes: model/exit-codes.ts.
 */
async function main(args: readonly string[], environment: Environment): Promise<void> {
  const program = args[0] ?? "worker";
  const log = openLog(program);
  const messageFile = new MessageFile(environment["SLUICE_MESSAGE_FILE"] ?? "/dev/termination-log");
  const exit = new WorkerExit({ log, messageFile, stderr: process.stderr, exit: (code) => process.exit(code) });
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(new Error("asked to stop"));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  exitWithParent(environment, stop);
  try {
    process.exitCode = await new Worker({ program, environment, log, exit, signal: stopped.signal }).run(args);
  } catch (error) {
    exit.failed(error, stopped.signal.aborted);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

interface WorkerDeps {
  /** Its first argument, for /metrics. */
  readonly program: string;
  readonly environment: Environment;
  readonly log: Log;
  readonly exit: WorkerExit;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** One run of a worker program: what it reads from the environment, and what it reports. */
class Worker {
  readonly #deps: WorkerDeps;
  readonly #deadline = new ProgressDeadline(() => realClock.monotonic());
  #claimed: ClaimedBatch | null = null;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  /** Returns the exit code. */
  async run(args: readonly string[]): Promise<number> {
    const { environment } = this.#deps;
    const healthPort = environment["SLUICE_HEALTH_PORT"];
    if (healthPort !== undefined) {
      await this.#servePod(Number(healthPort));
      checkExtraCa(environment["NODE_EXTRA_CA_CERTS"]);
    }
    const db = openWorkerDatabase(environment);
    const code = await this.#runProgram(args, db);
    // Only after success: closing may take long where the database is what failed.
    await db.close();
    return code;
  }

  #runProgram([program, first, second]: readonly string[], db: Database): Promise<number> {
    if (program === "prepare" && first !== undefined) return this.#prepare(first, db);
    if (program === "check" && first !== undefined) return this.#check(first, db);
    if (program === "batch" && first !== undefined && Number.isSafeInteger(Number(second))) return this.#batch(first, Number(second), db);
    throw new SpecError("usage: worker prepare TASK.json | worker batch UID NUMBER | worker check TASK.json");
  }

  /** Loads the metrics here, in a pod only: a batch on one machine would pay for their memory and never serve them. */
  async #servePod(port: number): Promise<void> {
    const { program, log } = this.#deps;
    const [{ podMetrics }, { serveHttp }] = await Promise.all([import("../metrics/worker.ts"), import("../metrics/http-endpoint.ts")]);
    const metrics = podMetrics(program, VERSION, () => this.#snapshot());
    const server = await serveHttp({ port, pages: { "/healthz": () => this.#deadline.problem(), "/metrics": metrics } });
    log.info({ port: server.port }, "serving /healthz and /metrics");
  }

  /** Null before the batch is claimed, and for prepare. */
  #snapshot(): BatchesSnapshot | null {
    const { message } = this.#deps.exit;
    if (this.#claimed === null || message?.program !== "batch") return null;
    const { identity, spec } = this.#claimed;
    return { dataset: spec.dataset, namespace: identity.namespace, sweep: identity.name, host: spec.host.name, running: [message] };
  }

  async #prepare(taskFile: string, db: Database): Promise<number> {
    const { exit, log } = this.#deps;
    const task = readTask(taskFile);
    const { identity: { name: sweep, namespace, uid: sweepUid }, place: { pass, round }, spec } = task;
    exit.about = { sweep, namespace, sweepUid, dataset: spec?.dataset, window: spec && formatMoment(spec.window.start), pass, round };
    const message = await runPrepare(task, this.#programDeps(db));
    exit.report(message);
    log.info({ ...exit.about, states: message.totals, verdict: message.verdict }, "prepared");
    return PROGRAM_EXIT.done;
  }

  /** Writes a line of JSON for each finding to standard output. */
  async #check(taskFile: string, db: Database): Promise<number> {
    const { spec } = readTask(taskFile);
    if (spec === undefined) throw new SpecError("worker check needs a task with its spec");
    let code: number = PROGRAM_EXIT.done;
    for await (const finding of runCheck(spec, this.#programDeps(db))) {
      process.stdout.write(`${JSON.stringify(finding)}\n`);
      if (!finding.ok) code = PROGRAM_EXIT.surroundings;
    }
    return code;
  }

  async #batch(uid: string, number: number, db: Database): Promise<number> {
    const { environment, exit, log } = this.#deps;
    const limit = environment["SLUICE_MEMORY_BYTES"];
    if (limit === undefined) throw new SpecError("SLUICE_MEMORY_BYTES is not set: a batch needs to know its limit.");
    const guard = new MemoryGuard({
      limitBytes: Number(limit),
      readAnon: anonymousMemoryReader().read,
      monotonic: () => realClock.monotonic(),
      exceeded: (problem) => exit.outOfMemory(problem, guard.peakBytes),
    });
    exit.about = { sweepUid: uid, batch: number };
    const claimed = (batch: ClaimedBatch): void => {
      this.#claimed = batch;
      exit.about = aboutBatch(batch);
      log.info(exit.about, "batch started");
    };
    const code = await runBatch(
      { uid, batch: number },
      {
        ...this.#programDeps(db),
        ...hostLimit(environment),
        patience: isInPod(environment) ? PATIENCE.pod : PATIENCE.localBatch,
        guard,
        kernelPeak,
        deadline: this.#deadline,
        log,
        eventLoopDelaySeconds: watchEventLoop(),
        claimed,
        report: (message) => exit.report(message),
      },
    );
    log.info({ ...exit.about, ...summary(exit.message), exitCode: code }, "batch ended");
    return code;
  }

  #programDeps(db: Database): PrepareDeps {
    const { environment, signal } = this.#deps;
    return { db, program: { version: VERSION }, clock: realClock, random: () => Math.random(), processId: randomUUID(), environment, patience: isInPod(environment) ? PATIENCE.pod : PATIENCE.localPrepare, signal };
  }
}

/**
 * In a pod nobody sees what a program waits for, and others could use its memory; two minutes are two probes. On one machine the live
 * view shows it, and only a prepare gives up, since it has nothing to show yet.
 */
const PATIENCE = {
  pod: { illness: 120, throttled: 120 },
  localPrepare: { illness: 30, throttled: Infinity },
  localBatch: { illness: Infinity, throttled: Infinity },
};

function isInPod(environment: Environment): boolean {
  return environment["SLUICE_HEALTH_PORT"] !== undefined;
}

function readTask(file: string): PrepareTask {
  return JSON.parse(readFileSync(file, "utf8")) as PrepareTask;
}

/**
 * The URL and the CA are in Secrets and not in the spec: an error in them can be fixed while the sweep waits.
 * @throws SurroundingsError
 */
function openWorkerDatabase(environment: Environment): Database {
  const url = environment["DATABASE_URL"];
  if (url === undefined) throw new SurroundingsError("DATABASE_URL is not set: it names the Postgres to write to.");
  const ca = environment["SLUICE_DATABASE_CA"];
  try {
    return openDatabase({ url, ...(ca === undefined ? {} : { ca }), name: "sluice-worker", max: 3, clock: realClock });
  } catch (error) {
    throw new SurroundingsError((error as Error).message, { cause: error });
  }
}

/** Kubernetes starts a pod without its ConfigMap. Node only warns about the missing file, and then trusts nobody that this CA has signed. */
function checkExtraCa(file: string | undefined): void {
  if (file === undefined || existsSync(file)) return;
  throw new SurroundingsError(`The additional CA certificates are missing: the ConfigMap for ${file} does not exist in this namespace, or has no such key.`);
}

/** On Kubernetes the limit of a host may change while a sweep runs. */
function hostLimit(environment: Environment): { inFlight?: number } {
  const limit = environment["SLUICE_HOST_IN_FLIGHT"];
  return limit === undefined ? {} : { inFlight: Number(limit) };
}

function summary(message: ProgramMessage | null): LogFields {
  if (message?.program !== "batch") return {};
  const { states, seconds, memory } = message;
  return { states, seconds, peakBytes: memory.anonPeak, limitBytes: memory.limit };
}

await main(process.argv.slice(2), process.env);
