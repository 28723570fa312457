import type { Asked } from "../fetch/ask.ts";
import type { Clock } from "../model/clock.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { Log } from "../model/log.ts";
import type { BatchMessage } from "../model/message.ts";
import { isSettled } from "../model/states.ts";
import type { BatchTask } from "../model/tasks.ts";
import { claimBatch, type ClaimedBatch } from "../store/batches.ts";
import { commitResults } from "../store/commit.ts";
import type { Database } from "../store/database.ts";
import { writeSample } from "../store/samples.ts";
import { Account, type AccountDeps } from "./account.ts";
import { watchCanaries } from "./canary-watch.ts";
import { Committer, type Finished } from "./committer.ts";
import { HostPatience, type PatienceLimits } from "./host-patience.ts";
import { canaryRepository, hostRepository } from "./host-repository.ts";
import { aboutBatch, aboutTarget } from "./log-lines.ts";
import type { ProgressDeadline } from "./progress-deadline.ts";
import { Sampler } from "./sampler.ts";
import { SlotKeeper } from "./slots.ts";
import { openTargetClient } from "./target-client.ts";
import { TaskGroup } from "./task-group.ts";
import { runWorkerPool } from "./worker-pool.ts";

/** What a batch needs from its process. */
interface BatchDeps extends AccountDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: () => number;
  /** A fresh UUID: this process holds its slots under it. */
  readonly processId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  readonly deadline: ProgressDeadline;
  readonly log: Log;
  /** Called when the batch is claimed, before the first report. */
  readonly claimed: (batch: ClaimedBatch) => void;
  /** The host's limit in the Sweep of now; absent if the frozen one holds. */
  readonly inFlight?: number;
  readonly report: (message: BatchMessage) => void;
  /** How long it waits for a host that it may not ask. */
  readonly patience: PatienceLimits;
}

const REPORT_EVERY_SECONDS = 0.5;

/** Added to the time that a host may be silent: for a back-off, and for a database that is away. */
const QUIET_SECONDS = 300;

/**
 * Brings every target of one batch to a result: claim, ask, prove, commit. Returns the exit code: 0, or 143 if it was asked to stop.
 *
 * @throws SpecError, SurroundingsError, or FencedError if another incarnation has the batch
 */
export async function runBatch(task: BatchTask, deps: BatchDeps): Promise<number> {
  const claimed = withLimit(await claimBatch(deps.db, task.uid, task.batch), deps.inFlight);
  deps.claimed(claimed);
  return new BatchRun(claimed, deps).run();
}

/** The limit is the one field of the frozen spec that may change. Of the limits that several processes name, the smallest holds. */
function withLimit(claimed: ClaimedBatch, inFlight: number | undefined): ClaimedBatch {
  return inFlight === undefined ? claimed : { ...claimed, spec: { ...claimed.spec, host: { ...claimed.spec.host, inFlight } } };
}

/** The work on one claimed batch. */
class BatchRun {
  readonly #claimed: ClaimedBatch;
  readonly #deps: BatchDeps;
  readonly #keeper: SlotKeeper;
  readonly #account: Account;
  readonly #sampler: Sampler;
  readonly #inFlight = new Map<string, number>();

  constructor(claimed: ClaimedBatch, deps: BatchDeps) {
    const { db, clock, processId } = deps;
    const { spec, fence } = claimed;
    const { connectSeconds, headersSeconds, idleSeconds } = spec.request.timeouts;
    deps.deadline.start(connectSeconds + Math.max(headersSeconds, idleSeconds) + QUIET_SECONDS);
    this.#claimed = claimed;
    this.#deps = deps;
    const host = hostRepository(db, { process: processId, spec, uid: fence.uid, batch: fence.batch, asked: () => [...this.#inFlight.values()] });
    this.#keeper = new SlotKeeper(host, clock);
    this.#account = new Account(claimed, this.#keeper, deps);
    this.#sampler = new Sampler(clock, () => this.#account.snapshot(), (sample) => writeSample(db, fence, sample));
  }

  async run(): Promise<number> {
    const { clock, random, environment, guard, deadline, signal } = this.#deps;
    const { spec, targets } = this.#claimed;
    const account = this.#account;
    const onWire = (bytes: number): void => {
      account.onWire(bytes);
      guard.check();
      deadline.progressed();
    };
    await using targetClient = openTargetClient({ spec, keeper: this.#keeper, clock, random, environment, onWire, onRequest: (sent) => account.onRequest(sent) });
    const committer = new Committer((items) => this.#commit(items));
    const tasks = new TaskGroup(signal);
    const [canary] = spec.canaries.targets;
    if (canary !== undefined) this.#keeper.probeWith(() => targetClient.probe(canary, tasks.signal));
    try {
      tasks.background((stop) => this.#keeper.run(stop));
      tasks.background((stop) => watchCanaries(spec.canaries, canaryRepository(this.#deps.db, this.#claimed.fence.uid), targetClient.askCanary, clock, stop));
      tasks.background((stop) => this.#reportRegularly(stop));
      tasks.background((stop) => this.#sampler.run(stop));
      await tasks.main(async (stop) => {
        await runWorkerPool({
          targets,
          concurrency: spec.batch.concurrency,
          stop,
          lease: () => this.#keeper.lease,
          ask: (target, until) => this.#askOne(target, () => targetClient.ask(target.name, until)),
          add: (item) => committer.add(item),
        });
        await committer.idle();
      });
    } finally {
      await tasks[Symbol.asyncDispose]();
      await committer.idle().catch(() => undefined);
      await Promise.all([this.#keeper.close().catch(() => undefined), this.#sampler.finish()]);
      this.#report();
    }
    return signal.aborted ? PROGRAM_EXIT.stopped : PROGRAM_EXIT.done;
  }

  async #askOne(target: { id: number; name: string }, ask: () => Promise<Asked>): Promise<Finished> {
    this.#inFlight.set(target.name, target.id);
    try {
      const asked = await ask();
      this.#account.asked(asked);
      const { result, reading } = asked;
      return { targetId: target.id, result, reading };
    } finally {
      this.#inFlight.delete(target.name);
    }
  }

  async #commit(items: readonly Finished[]): Promise<void> {
    const { db, clock, log } = this.#deps;
    const startedAt = clock.monotonic();
    const committed = await commitResults(
      db,
      this.#claimed.fence,
      items.map(({ targetId, result, reading }) => ({ targetId, result, rows: reading?.observations() ?? [] })),
    );
    this.#account.commit((clock.monotonic() - startedAt) / 1000);
    items.forEach(({ result, reading }, index) => {
      const stored = committed[index]!;
      this.#account.committed(result, stored, reading?.rows ?? 0);
      if (!isSettled(stored.state)) log.warn({ ...aboutBatch(this.#claimed), ...aboutTarget(result, stored) }, "not settled");
    });
    this.#deps.deadline.progressed();
    // At once: if the process is killed next, its last report decides whether it crashed without a result.
    this.#report();
  }

  async #reportRegularly(stop: AbortSignal): Promise<void> {
    const patience = new HostPatience(this.#deps.clock, this.#deps.patience);
    while (!stop.aborted) {
      this.#deps.guard.check();
      // Waiting for a slot, or for a host that is paused or unhealthy, is not a hang.
      if (this.#keeper.inFlight === 0 && this.#keeper.wanted > 0) this.#deps.deadline.progressed();
      this.#report();
      patience.check(this.#keeper.wait);
      await this.#deps.clock.sleep(REPORT_EVERY_SECONDS * 1000, stop);
    }
  }

  #report(): void {
    this.#deps.report(this.#account.message(this.#inFlight.size));
  }
}
