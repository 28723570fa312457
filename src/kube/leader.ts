import type { Clock } from "../model/clock.ts";
import { type LeaseOf, LeaseKeeper } from "./lease-keeper.ts";
import { LEASE_SECONDS } from "./lease-record.ts";
import { timeLimit } from "./time-limit.ts";
import { NotLeading } from "./write-gate.ts";

export interface ElectorOptions extends LeaseOf {
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  /** For the log: when another leads than before, and when the lease cannot be asked for. */
  readonly tell: (news: LeaderNews) => void;
}

export interface LeaderNews {
  readonly well: boolean;
  /** One sentence. */
  readonly message: string;
}

/** `given-back`: others may begin at once. `kept`: it is not known to be given back, others wait until it expires. `lost`: it expired, or another has it. */
export type LeadEnd = "given-back" | "kept" | "lost" | "never-led";

const TRY_SECONDS = 4;
/** Together with what follows five seconds: so long a pod has to end in good order. */
const WORK_ENDS_SECONDS = 4;
const GIVE_BACK_SECONDS = 1;

/**
 * Elects one leader among several processes by a Lease: client-go's algorithm, which judges by a local clock that nobody sets.
 * Waiting → leading, when the lease was free, given back, or seen unchanged for as long as it lasts; leading → ended, by whatever comes
 * first: the work ends, `stop` and four seconds, the lease is lost. There is no way back to leading: the process ends and begins anew.
 */
export class LeaderElector {
  readonly #options: ElectorOptions;
  readonly #lease: LeaseKeeper;
  #leads = false;
  #told = "";

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#lease = new LeaseKeeper(options);
  }

  /** Is the lease provably ours, and for five more seconds at least? */
  get isHeld(): boolean {
    return this.#leads && this.#lease.secondsSinceRenewed < LEASE_SECONDS.renewDeadline;
  }

  /** The identity of whoever leads as far as is known; "" for nobody. */
  get holder(): string {
    return this.#lease.holder;
  }

  /** The gate for writes, to be handed on as it is. @throws NotLeading */
  readonly assertHeld = (): void => {
    if (!this.isHeld) throw new NotLeading(`The lease ${this.#options.namespace}/${this.#options.name} is not held`);
  };

  /**
   * Waits until this process leads, then calls `work` once.
   * When `stop` is aborted, `work` has four seconds to end (it knows `stop` by itself; it returns when its queue is empty), and then
   * the lease is given back. When the lease is lost, the signal given to `work` is aborted and nothing is waited for.
   * @throws what `work` throws, after the lease is given back
   */
  async lead(stop: AbortSignal, work: (lost: AbortSignal) => Promise<void>): Promise<LeadEnd> {
    if (!(await this.#acquire(stop))) {
      await this.#giveBack();
      return "never-led";
    }
    this.#leads = true;
    const lost = new AbortController();
    const over = new AbortController();
    const renewing = this.#renew(over.signal);
    const working = work(lost.signal);
    const worked = working.then(() => "worked" as const, () => "worked" as const);
    const first = await Promise.race([worked, renewing, tooLate(this.#options.clock, stop, over.signal)]);
    this.#leads = false;
    over.abort();
    if (first !== "worked") {
      lost.abort(new NotLeading("The lease was lost, or the work did not end in time"));
      return first;
    }
    await renewing;
    const isGivenBack = await this.#giveBack();
    await working;
    return isGivenBack ? "given-back" : "kept";
  }

  async #acquire(stop: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    while (!isAborted(stop)) {
      if (await this.#claim(stop, TRY_SECONDS)) return true;
      await clock.wait(LEASE_SECONDS.retryPeriod * (1 + random() * 0.2), stop).catch(() => undefined);
    }
    return false;
  }

  /** Resolves when the lease is lost, or soon after it is `over`. */
  async #renew(over: AbortSignal): Promise<"lost"> {
    const { clock, identity } = this.#options;
    // In whole milliseconds: a remainder of arithmetic is no time to wait.
    const secondsLeft = (): number => LEASE_SECONDS.renewDeadline - Math.ceil(this.#lease.secondsSinceRenewed * 1000) / 1000;
    while (!isAborted(over) && secondsLeft() > 0 && this.holder === identity) {
      await clock.wait(Math.min(LEASE_SECONDS.retryPeriod, secondsLeft()), over).catch(() => undefined);
      if (!isAborted(over) && secondsLeft() > 0) await this.#claim(over, Math.min(TRY_SECONDS, secondsLeft()));
    }
    return "lost";
  }

  async #claim(stop: AbortSignal, seconds: number): Promise<boolean> {
    const limit = timeLimit(this.#options.clock, seconds, stop);
    try {
      const isOurs = await this.#lease.claim(limit.signal);
      if (this.holder !== "") this.#tell(true, `${this.holder} leads`);
      return isOurs;
    } catch (error) {
      if (!isAborted(stop)) this.#tell(false, `The lease cannot be asked for: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      limit.end();
    }
  }

  /** @returns false where that did not work, or where it was no longer ours */
  async #giveBack(): Promise<boolean> {
    const limit = timeLimit(this.#options.clock, GIVE_BACK_SECONDS);
    try {
      return await this.#lease.giveBack(limit.signal);
    } catch (error) {
      this.#tell(false, `The lease could not be given back: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      limit.end();
    }
  }

  #tell(well: boolean, message: string): void {
    if (message !== this.#told) this.#options.tell({ well, message });
    this.#told = message;
  }
}

async function tooLate(clock: Clock, stop: AbortSignal, over: AbortSignal): Promise<"kept"> {
  return new Promise((resolve) => {
    const begin = (): void => void clock.wait(WORK_ENDS_SECONDS, over).then(() => resolve("kept")).catch(() => undefined);
    if (stop.aborted) begin();
    else stop.addEventListener("abort", begin, { once: true, signal: over });
  });
}

/** A function, since the compiler takes a signal that was looked at once for one that never changes. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
