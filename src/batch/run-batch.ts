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
import { canaryRepository, hostRepository } from "./host-repository.ts";
import { aboutBatch, aboutTarget } from "./log-lines.ts";
import type { ProgressDeadline } from "./progress-deadline.ts";
import { Sampler } from "./sampler.ts";
import { SlotKeeper } from "./slots.ts";
import { openTargetClient } from "./target-client.ts";
import { TaskGroup } from "./task-group.ts";
import { runWorkerPool } from "./worker-pool.ts";

/** What a batch needs of the machine it runs on. */
export interface BatchDeps extends AccountDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: () => number;
  /** A fresh UUID: the name under which this process holds slots. */
  readonly processId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  readonly deadline: ProgressDeadline;
  readonly log: Log;
  /** Called when the batch is claimed, before anything is told. */
  readonly claimed: (batch: ClaimedBatch) => void;
  /** What the host may have in flight by what the Sweep says now, where that was changed since it began. */
  readonly inFlight?: number;
  readonly tell: (message: BatchMessage) => void;
}

const TELL_EVERY_SECONDS = 0.5;

/** Beside what a host may be silent: for a back-off, and for a database that is away. */
const QUIET_SECONDS = 300;

/**
 * Brings every target of one batch to a result: claim, ask, prove, commit. Returns the exit code: 0, or 143 where it
 * was asked to stop. Throws SpecError, SurroundingsError, or FencedError where another incarnation has the batch.
 */
export async function runBatch(task: BatchTask, around: BatchDeps): Promise<number> {
  const claimed = withLimit(await claimBatch(around.db, task.uid, task.batch), around.inFlight);
  around.claimed(claimed);
  const work = new Work(claimed, around);
  return work.run();
}

/** What was frozen stands but for this. Of what several processes say to be the host's limit, the least holds. */
function withLimit(claimed: ClaimedBatch, inFlight: number | undefined): ClaimedBatch {
  return inFlight === undefined ? claimed : { ...claimed, spec: { ...claimed.spec, host: { ...claimed.spec.host, inFlight } } };
}

/** One claimed batch at work. */
class Work {
  readonly #claimed: ClaimedBatch;
  readonly #around: BatchDeps;
  readonly #keeper: SlotKeeper;
  readonly #account: Account;
  readonly #sampler: Sampler;
  readonly #asking = new Map<string, number>();

  constructor(claimed: ClaimedBatch, around: BatchDeps) {
    const { db, clock, processId } = around;
    const { spec, fence } = claimed;
    const { connectSeconds, headersSeconds, idleSeconds } = spec.request.timeouts;
    around.deadline.begin(connectSeconds + Math.max(headersSeconds, idleSeconds) + QUIET_SECONDS);
    this.#claimed = claimed;
    this.#around = around;
    const host = hostRepository(db, { process: processId, spec, uid: fence.uid, batch: fence.batch, asked: () => [...this.#asking.values()] });
    this.#keeper = new SlotKeeper(host, clock);
    this.#account = new Account(claimed, this.#keeper, around);
    this.#sampler = new Sampler(clock, () => this.#account.standing(), (sample) => writeSample(db, fence, sample));
  }

  async run(): Promise<number> {
    const { clock, random, environment, guard, deadline, signal } = this.#around;
    const { spec, targets } = this.#claimed;
    const account = this.#account;
    const onWire = (bytes: number): void => {
      account.onWire(bytes);
      guard.check();
      deadline.made();
    };
    const targetClient = openTargetClient({ spec, keeper: this.#keeper, clock, random, environment, onWire, onRequest: (sent) => account.onRequest(sent) });
    const committer = new Committer((items) => this.#commit(items));
    const together = new TaskGroup(signal);
    const [canary] = spec.canaries.targets;
    if (canary !== undefined) this.#keeper.probeWith(() => targetClient.probe(canary, together.signal));
    try {
      together.aside((stop) => this.#keeper.run(stop));
      together.aside((stop) => watchCanaries(spec.canaries, canaryRepository(this.#around.db, this.#claimed.fence.uid), targetClient.askCanary, clock, stop));
      together.aside((stop) => this.#tellNowAndThen(stop));
      together.aside((stop) => this.#sampler.run(stop));
      await together.main(async (stop) => {
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
      await together.end();
      await committer.idle().catch(() => undefined);
      await Promise.all([this.#keeper.end().catch(() => undefined), this.#sampler.end()]);
      await targetClient.close();
      this.#tell();
    }
    return signal.aborted ? PROGRAM_EXIT.stopped : PROGRAM_EXIT.done;
  }

  async #askOne(target: { id: number; name: string }, ask: () => ReturnType<ReturnType<typeof openTargetClient>["ask"]>): Promise<Finished> {
    this.#asking.set(target.name, target.id);
    try {
      const asked = await ask();
      this.#account.asked(asked);
      const { result, reading } = asked;
      return { targetId: target.id, result, reading };
    } finally {
      this.#asking.delete(target.name);
    }
  }

  async #commit(items: readonly Finished[]): Promise<void> {
    const { db, clock, log } = this.#around;
    const began = clock.monotonic();
    const committed = await commitResults(
      db,
      this.#claimed.fence,
      items.map(({ targetId, result, reading }) => ({ targetId, result, rows: reading?.observations() ?? [] })),
    );
    this.#account.commit((clock.monotonic() - began) / 1000);
    items.forEach(({ result, reading }, index) => {
      const became = committed[index]!;
      this.#account.committed(result.target, became, reading?.rows ?? 0);
      if (!isSettled(became.state)) log.warn({ ...aboutBatch(this.#claimed), ...aboutTarget(result, became) }, "not settled");
    });
    this.#around.deadline.made();
    // At once: what a process that is killed in the next moment has told decides whether it crashed without a result.
    this.#tell();
  }

  async #tellNowAndThen(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#around.guard.check();
      // It waits for a slot, or for a host that is paused or ill.
      if (this.#keeper.inFlight === 0 && this.#keeper.wanted > 0) this.#around.deadline.made();
      this.#tell();
      await this.#around.clock.sleep(TELL_EVERY_SECONDS * 1000, stop);
    }
  }

  #tell(): void {
    this.#around.tell(this.#account.message());
  }
}
