import type { Launch } from "../decide/sweep/decision.ts";
import { decideSweep } from "../decide/sweep/flow.ts";
import type { Clock } from "../model/clock.ts";
import type { ObjectEvent } from "../model/event.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { BatchMessage } from "../model/message.ts";
import { isFinished, type FlowSpec, type JobEnd, type JobWork, type SweepStatus } from "../model/sweep.ts";
import type { RunningProgram } from "./processes.ts";

/** What a SweepDriver needs: where it saves the status, and how it starts programs. */
export interface SweepDriverDeps {
  readonly flow: FlowSpec;
  /** The status that the last driver saved; null for a new sweep. */
  readonly status: SweepStatus | null;
  /** Saves the status. What the status announces is done only after this resolves. */
  readonly save: (status: SweepStatus) => Promise<void>;
  readonly start: (launch: Launch) => Promise<RunningProgram>;
  readonly report: (event: ObjectEvent) => void;
  readonly clock: Clock;
  /** Aborted when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** Whether to stop waiting. An error that it throws ends the run too. */
  readonly giveUp: (status: SweepStatus, running: readonly RunningView[]) => boolean;
}

/** A running batch, for the display of progress. */
export interface RunningView {
  readonly batch: number;
  readonly message: BatchMessage | null;
  readonly anonPeakBytes: number;
}

interface Job {
  readonly work: JobWork;
  readonly program: RunningProgram;
  ended?: JobEnd;
}

/**
 * Applies the same decisions as the controller, with processes in place of Jobs. It saves the status before it acts on it,
 * so that another driver can continue after this one was killed.
 */
export class SweepDriver {
  readonly #deps: SweepDriverDeps;
  readonly #jobs: Job[] = [];
  /** The exits of programs that were removed while they ran. */
  readonly #leaving: Promise<unknown>[] = [];
  #status: SweepStatus | null;
  #changed: () => void = () => undefined;

  constructor(deps: SweepDriverDeps) {
    this.#deps = deps;
    this.#status = deps.status;
  }

  get status(): SweepStatus | null {
    return this.#status;
  }

  /** Resolves with the last status: of a finished sweep, of a Blocked one that was given up, or at the time of the stop. */
  async run(): Promise<SweepStatus | null> {
    const { signal, giveUp } = this.#deps;
    try {
      while (!signal.aborted) {
        const requeueAfterSeconds = await this.#step();
        if (this.#status !== null && (isFinished(this.#status.phase) || giveUp(this.#status, await this.running()))) break;
        await this.#untilChanged(requeueAfterSeconds);
      }
      return this.#status;
    } finally {
      await this.#stopAll();
    }
  }

  /** The messages of the batches that the status has not counted yet. */
  async running(): Promise<RunningView[]> {
    const uncounted = new Set(this.#status?.running.map(({ batch }) => batch));
    const batches = this.#jobs.filter(({ work }) => work.program === "batch" && uncounted.has(work.batch));
    return Promise.all(
      batches.map(async ({ work, program }) => {
        const message = await program.message();
        return {
          batch: work.program === "batch" ? work.batch : 0,
          message: message?.program === "batch" ? message : null,
          anonPeakBytes: program.sample().anonPeakBytes,
        };
      }),
    );
  }

  /** Does everything that is due. Returns the seconds after which to check again, or null. */
  async #step(): Promise<number | null> {
    const { flow, clock, save, report } = this.#deps;
    for (;;) {
      const jobs = this.#jobs.map(({ work, ended }) => (ended === undefined ? { work } : { work, ended }));
      const decision = decideSweep({ flow, status: this.#status, jobs, now: Math.floor(clock.now() / 1000) });
      if (decision.kind === "apply") {
        decision.delete.forEach((work) => this.#remove(work));
        for (const launch of decision.launch) await this.#make(launch);
        return decision.requeueAfterSeconds;
      }
      await save(decision.status);
      this.#status = decision.status;
      decision.events.forEach(report);
    }
  }

  async #make(launch: Launch): Promise<void> {
    const program = await this.#deps.start(launch);
    const job: Job = { work: launch.work, program };
    this.#jobs.push(job);
    void program.exited.then((end) => {
      job.ended = end;
      this.#changed();
    });
  }

  #remove(work: JobWork): void {
    const at = this.#jobs.findIndex((job) => JSON.stringify(job.work) === JSON.stringify(work));
    const [job] = at < 0 ? [] : this.#jobs.splice(at, 1);
    if (job === undefined || job.ended !== undefined) return;
    job.program.stop();
    this.#leaving.push(job.program.exited);
  }

  /** Waits until a program has exited, the command is to stop, or `seconds` have passed. */
  async #untilChanged(seconds: number | null): Promise<void> {
    const { clock, signal } = this.#deps;
    if (this.#jobs.some((job) => job.ended !== undefined)) return;
    const changed = new AbortController();
    this.#changed = () => changed.abort();
    using either = linkSignals(signal, changed.signal);
    await clock.sleep(Math.min(seconds ?? Infinity, CHECK_EVERY_SECONDS) * 1000, either.signal);
    this.#changed = () => undefined;
  }

  /** The exits are not recorded: the batches stay in `running`, and the next driver of the sweep starts them again for the rest. */
  async #stopAll(): Promise<void> {
    this.#jobs.forEach((job) => job.program.stop());
    await Promise.all([...this.#leaving, ...this.#jobs.map((job) => job.program.exited)]);
  }
}

/** Also while a pass waits for minutes: whether to give up depends on the time. */
const CHECK_EVERY_SECONDS = 5;
