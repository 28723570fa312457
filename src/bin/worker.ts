import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { exitWithParent } from "../batch/exit-with-parent.ts";
import { aboutBatch } from "../batch/log-lines.ts";
import { kernelPeak, anonymousMemoryReader, MemoryGuard } from "../batch/memory-guard.ts";
import { watchEventLoop, MessageFile } from "../batch/message-file.ts";
import { servePod } from "../batch/pod-server.ts";
import { ProgressDeadline } from "../batch/progress-deadline.ts";
import { runBatch } from "../batch/run-batch.ts";
import type { BatchesSnapshot } from "../metrics/worker.ts";
import { FencedError, SpecError, SurroundingsError } from "../model/errors.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { LogFields } from "../model/log.ts";
import { shortened, type BatchMessage, type PrepareMessage, type ProgramMessage } from "../model/message.ts";
import { formatMoment } from "../model/moment.ts";
import type { PrepareTask } from "../model/tasks.ts";
import { runCheck } from "../prepare/run-check.ts";
import { runPrepare } from "../prepare/run-prepare.ts";
import type { ClaimedBatch } from "../store/batches.ts";
import { openDatabase, type Database } from "../store/database.ts";
import { realClock } from "./clock.ts";
import { openLog } from "./log.ts";
import { VERSION } from "./version.ts";

/**
 * The programs that a Job runs: `worker prepare TASK.json` and `worker batch UID NUMBER`; and `worker check TASK.json`, which only looks.
 * Environment: DATABASE_URL · SLUICE_DATABASE_CA (PEM) · SLUICE_MESSAGE_FILE · SLUICE_MEMORY_BYTES · SLUICE_HEALTH_PORT, SLUICE_HOST_IN_FLIGHT
 * (in a pod) · SLUICE_PARENT_FD (on one machine) · SLUICE_SECRET_… for headers · HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS.
 * Exit codes: model/exit-codes.ts.
 */
const environment = process.env;
const log = openLog(process.argv[2] ?? "worker");
const messageFile = new MessageFile(environment["SLUICE_MESSAGE_FILE"] ?? "/dev/termination-log");
const stopped = new AbortController();
const stop = (): void => stopped.abort(new Error("asked to stop"));
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
exitWithParent(environment, stop);

let last: ProgramMessage | null = null;
/** Which work the lines are about, as far as it is known. */
let about: LogFields = {};
let batchAtWork: ClaimedBatch | null = null;

function tell(message: ProgramMessage): void {
  last = message;
  messageFile.write(message);
}

/** Bytes of JSON. */
const LONGEST_PROBLEM = 1000;

/** The code is the message: it must be given even where there was no time for another. */
function end(code: number, problem: string, fields: LogFields = {}): never {
  log[code === PROGRAM_EXIT.stopped ? "info" : "fatal"]({ ...about, ...fields, exitCode: code }, problem);
  try {
    messageFile.write({ ...(last ?? emptyMessage()), problem: shortened(problem, LONGEST_PROBLEM) });
  } catch {
    // A full disk takes no message: then the last lines are asked.
    process.stderr.write(`${problem}\n`);
  }
  process.exit(code);
}

/** The URL and the CA stand in Secrets and not in the spec: what is wrong with them can be put right while the sweep waits. */
function database(): Database {
  const url = environment["DATABASE_URL"] ?? end(PROGRAM_EXIT.surroundings, "DATABASE_URL is not set: it names the Postgres to write to.");
  const ca = environment["SLUICE_DATABASE_CA"];
  try {
    return openDatabase({ url, ...(ca === undefined ? {} : { ca }), name: "sluice-worker", max: 3, clock: realClock });
  } catch (error) {
    return end(PROGRAM_EXIT.surroundings, (error as Error).message);
  }
}

const deadline = new ProgressDeadline(() => realClock.monotonic());
const healthPort = environment["SLUICE_HEALTH_PORT"];
if (healthPort !== undefined) {
  await answerAt(Number(healthPort));
  checkExtraCa(environment["NODE_EXTRA_CA_CERTS"]);
}
const db = database();

/** Only a pod is asked for its metrics: a batch on one machine does not load what tells them. */
async function answerAt(wanted: number): Promise<void> {
  const { podMetrics } = await import("../metrics/pod.ts");
  const metrics = podMetrics(process.argv[2] ?? "worker", VERSION, batchSnapshot);
  try {
    const { port } = await servePod(wanted, { problem: () => deadline.problem(), metrics });
    log.info({ port }, "answers /healthz and /metrics");
  } catch (error) {
    if (error instanceof SurroundingsError) end(PROGRAM_EXIT.surroundings, error.message);
    throw error;
  }
}

function batchSnapshot(): BatchesSnapshot | null {
  if (batchAtWork === null || last?.program !== "batch") return null;
  const { identity, spec } = batchAtWork;
  return { dataset: spec.dataset, namespace: identity.namespace, sweep: identity.name, host: spec.host.name, running: [last] };
}

const around = {
  db,
  clock: realClock,
  random: () => Math.random(),
  processId: randomUUID(),
  environment,
  signal: stopped.signal,
};

async function prepare(taskFile: string): Promise<number> {
  const task = JSON.parse(readFileSync(taskFile, "utf8")) as PrepareTask;
  const { identity: { name: sweep, namespace, uid: sweepUid }, place: { pass, round }, spec } = task;
  about = { sweep, namespace, sweepUid, dataset: spec?.dataset, window: spec && formatMoment(spec.window.start), pass, round };
  const message = await runPrepare(task, { ...around, program: { version: VERSION } });
  tell(message);
  log.info({ ...about, states: message.totals, verdict: message.verdict }, "prepared");
  return PROGRAM_EXIT.done;
}

/** A line of JSON for each thing that was looked at. */
async function check(taskFile: string): Promise<number> {
  const { spec } = JSON.parse(readFileSync(taskFile, "utf8")) as PrepareTask;
  if (spec === undefined) throw new SpecError("worker check needs a task with its spec");
  let code: number = PROGRAM_EXIT.done;
  for await (const finding of runCheck(spec, { ...around, program: { version: VERSION } })) {
    process.stdout.write(`${JSON.stringify(finding)}\n`);
    if (!finding.ok) code = PROGRAM_EXIT.surroundings;
  }
  return code;
}

async function batch(uid: string, number: number): Promise<number> {
  const memory = anonymousMemoryReader();
  const guard = new MemoryGuard({
    limitBytes: Number(environment["SLUICE_MEMORY_BYTES"] ?? end(PROGRAM_EXIT.spec, "SLUICE_MEMORY_BYTES is not set: a batch needs to know its limit.")),
    readAnon: memory.read,
    monotonic: () => realClock.monotonic(),
    exceeded(sentence) {
      // What was told last may be half a second old, and it grew fast.
      if (last?.program === "batch") last = { ...last, memory: { ...last.memory, anonPeak: guard.peakBytes } };
      end(PROGRAM_EXIT.memory, sentence);
    },
  });
  about = { sweepUid: uid, batch: number };
  const claimed = (batch: ClaimedBatch): void => {
    batchAtWork = batch;
    about = aboutBatch(batch);
    log.info(about, "batch begins");
  };
  const code = await runBatch(
    { uid, batch: number },
    { ...around, guard, kernelPeak, deadline, log, eventLoopDelaySeconds: watchEventLoop(), claimed, ...inFlight(), tell: (message: BatchMessage) => tell(message) },
  );
  log.info({ ...about, ...told(last), exitCode: code }, "batch ended");
  return code;
}

function told(message: ProgramMessage | null): LogFields {
  if (message?.program !== "batch") return {};
  const { states, seconds, memory } = message;
  return { states, seconds, peakBytes: memory.anonPeak, limitBytes: memory.limit };
}

/** On Kubernetes the limit of a host may be changed while a sweep runs. */
function inFlight(): { inFlight?: number } {
  const limit = environment["SLUICE_HOST_IN_FLIGHT"];
  return limit === undefined ? {} : { inFlight: Number(limit) };
}

/** A pod begins without its ConfigMap; Node only warns, and then trusts nobody whom that CA has signed. */
function checkExtraCa(file: string | undefined): void {
  if (file !== undefined && !existsSync(file)) end(PROGRAM_EXIT.surroundings, `The further CA certificates are not there: the ConfigMap for ${file} is missing in this namespace, or has another key.`);
}

function emptyMessage(): PrepareMessage {
  const totals = { targets: 0, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 0 };
  return { program: "prepare", pass: 0, round: 0, ranges: [], totals, notes: [] };
}

async function run(): Promise<number> {
  const [program, first, second] = process.argv.slice(2);
  if (program === "prepare" && first !== undefined) return prepare(first);
  if (program === "check" && first !== undefined) return check(first);
  if (program === "batch" && first !== undefined && Number.isSafeInteger(Number(second))) return batch(first, Number(second));
  throw new SpecError("usage: worker prepare TASK.json | worker batch UID NUMBER | worker check TASK.json");
}

try {
  process.exitCode = await run();
  await db.close();
} catch (error) {
  if (stopped.signal.aborted) {
    log.info({ ...about, exitCode: PROGRAM_EXIT.stopped }, "asked to stop");
    process.exit(PROGRAM_EXIT.stopped);
  }
  if (error instanceof SpecError) end(PROGRAM_EXIT.spec, error.message);
  if (error instanceof SurroundingsError) end(PROGRAM_EXIT.surroundings, error.message);
  // Somebody else has this work now; to whoever counts, that is as if this one had been asked to stop.
  if (error instanceof FencedError) end(PROGRAM_EXIT.stopped, error.message);
  end(1, `this is a bug: ${(error as Error).message}`, { stack: (error as Error).stack });
}
