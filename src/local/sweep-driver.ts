import type { Launch } from "../decide/sweep/decision.ts";
import { decideSweep } from "../decide/sweep/flow.ts";
import type { Clock } from "../model/clock.ts";
import type { ObjectEvent } from "../model/event.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { BatchMessage } from "../model/message.ts";
import { isFinished, type FlowSpec, type JobEnd, type JobWork, type SweepStatus } from "../model/sweep.ts";
import type { RunningProgram } from "./processes.ts";

/** What driving a sweep needs: where its status is kept, and how its programs are started. */
export interface Driving {
  readonly flow: FlowSpec;
  /** As it was left by whoever drove it before; null for a new one. */
  readonly status: SweepStatus | null;
  /** Writes the status first; whatever it announces is done only after it resolved. */
  readonly save: (status: SweepStatus) => Promise<void>;
  readonly start: (launch: Launch) => Promise<RunningProgram>;
  readonly tell: (event: ObjectEvent) => void;
  readonly clock: Clock;
  /** Aborted when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** Says whether a sweep that is Blocked is waited for any longer. */
  readonly giveUp: (status: SweepStatus) => boolean;
}

/** A batch that runs, as it shows itself. */
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
 * One pair of hands for the decisions that the controller takes too: processes in the place of Jobs.
 * Whatever is asked of it is in the status that was saved before, so that a driver that is killed is followed by another
 * that goes on from there.
 */
export class SweepDriver {
  readonly #driving: Driving;
  readonly #jobs: Job[] = [];
  /** Of programs that were removed while they ran. */
  readonly #leaving: Promise<unknown>[] = [];
  #status: SweepStatus | null;
  #changed: () => void = () => undefined;

  constructor(driving: Driving) {
    this.#driving = driving;
    this.#status = driving.status;
  }

  get status(): SweepStatus | null {
    return this.#status;
  }

  /** Resolves with the last status: a finished one, a Blocked one that is given up, or where it was when it was stopped. */
  async run(): Promise<SweepStatus | null> {
    const { signal, giveUp } = this.#driving;
    try {
      while (!signal.aborted) {
        const requeueAfterSeconds = await this.#step();
        if (this.#status !== null && (isFinished(this.#status.phase) || giveUp(this.#status))) break;
        await this.#untilChanged(requeueAfterSeconds);
      }
      return this.#status;
    } finally {
      await this.#stopAll();
    }
  }

  /** What the batches say that the status has not counted yet. */
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

  /** Everything that is due now. Returns the seconds after which to look again, or null. */
  async #step(): Promise<number | null> {
    const { flow, clock, save, tell } = this.#driving;
    for (;;) {
      const jobs = this.#jobs.map(({ work, ended }) => (ended === undefined ? { work } : { work, ended }));
      const decision = decideSweep({ flow, status: this.#status, jobs, now: Math.floor(clock.now() / 1000) });
      if (decision.kind === "apply") {
        decision.remove.forEach((work) => this.#remove(work));
        for (const launch of decision.make) await this.#make(launch);
        return decision.requeueAfterSeconds;
      }
      await save(decision.status);
      this.#status = decision.status;
      decision.events.forEach(tell);
    }
  }

  async #make(launch: Launch): Promise<void> {
    const program = await this.#driving.start(launch);
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

  /** Until a program ends, the command is to stop, or `seconds` have passed. */
  async #untilChanged(seconds: number | null): Promise<void> {
    const { clock, signal } = this.#driving;
    if (this.#jobs.some((job) => job.ended !== undefined)) return;
    const changed = new AbortController();
    this.#changed = () => changed.abort();
    using either = linkSignals(signal, changed.signal);
    await clock.sleep((seconds ?? LOOK_EVERY_SECONDS) * 1000, either.signal);
    this.#changed = () => undefined;
  }

  /** Their ends are not told: they stay in `running`, and whoever takes over lets them do the rest. */
  async #stopAll(): Promise<void> {
    this.#jobs.forEach((job) => job.program.stop());
    await Promise.all([...this.#leaving, ...this.#jobs.map((job) => job.program.exited)]);
  }
}

const LOOK_EVERY_SECONDS = 5;
