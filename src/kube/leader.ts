import type { Clock } from "../model/clock.ts";
import { isAlreadyExists, isConflict } from "./api-error.ts";
import type { KubeClient } from "./client.ts";
import { type Lease, LEASES } from "./object.ts";
import { NotLeading } from "./requests.ts";
import { timeLimit } from "./time-limit.ts";

export interface ElectorOptions extends LeaseOf {
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  /** For the log: when another leads than before, and when the lease cannot be asked for. */
  readonly report: (report: LeaseReport) => void;
}

export interface LeaseReport {
  readonly ok: boolean;
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
      await clock.sleep(LEASE_SECONDS.retryPeriod * (1 + random() * 0.2) * 1000, stop);
    }
    return false;
  }

  /** Resolves when the lease is lost, or soon after it is `over`. */
  async #renew(over: AbortSignal): Promise<"lost"> {
    const { clock, identity } = this.#options;
    // In whole milliseconds: a remainder of arithmetic is no time to wait.
    const secondsLeft = (): number => LEASE_SECONDS.renewDeadline - Math.ceil(this.#lease.secondsSinceRenewed * 1000) / 1000;
    while (!isAborted(over) && secondsLeft() > 0 && this.holder === identity) {
      await clock.sleep(Math.min(LEASE_SECONDS.retryPeriod, secondsLeft()) * 1000, over);
      if (!isAborted(over) && secondsLeft() > 0) await this.#claim(over, Math.min(TRY_SECONDS, secondsLeft()));
    }
    return "lost";
  }

  async #claim(stop: AbortSignal, seconds: number): Promise<boolean> {
    const limit = timeLimit(this.#options.clock, seconds, stop);
    try {
      const isOurs = await this.#lease.claim(limit.signal);
      if (this.holder !== "") this.#report(true, `${this.holder} leads`);
      return isOurs;
    } catch (error) {
      if (!isAborted(stop)) this.#report(false, `The lease cannot be asked for: ${error instanceof Error ? error.message : String(error)}`);
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
      this.#report(false, `The lease could not be given back: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      limit.end();
    }
  }

  #report(ok: boolean, message: string): void {
    if (message !== this.#told) this.#options.report({ ok, message });
    this.#told = message;
  }
}

async function tooLate(clock: Clock, stop: AbortSignal, over: AbortSignal): Promise<"kept"> {
  return new Promise((resolve) => {
    const begin = (): void => void clock.sleep(WORK_ENDS_SECONDS * 1000, over).then((passed) => {
      if (passed) resolve("kept");
    });
    if (stop.aborted) begin();
    else stop.addEventListener("abort", begin, { once: true, signal: over });
  });
}

/** A function, since the compiler takes a signal that was looked at once for one that never changes. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

export interface LeaseOf {
  /** One without a gate of its own. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Never used by another process, nor by this one after a restart: the pod's name and something random. */
  readonly identity: string;
}

/** Reads and writes the one Lease, each write only over the version that was read. */
export class LeaseKeeper {
  readonly #of: LeaseOf;
  #lease: Lease | null = null;
  /** Is `#lease` what was read or written last, with nothing unknown since? */
  #isFresh = false;
  #wrote = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(of: LeaseOf) {
    this.#of = of;
  }

  /** As far as is known; "" for nobody. */
  get holder(): string {
    return this.#lease?.spec?.holderIdentity ?? "";
  }

  /** Since the request was sent that took or renewed it last: nobody can have seen it as ours and unchanged for longer. */
  get secondsSinceRenewed(): number {
    return this.#secondsSince(this.#renewedAt);
  }

  /** Takes it or renews it where that is allowed. @returns whether it is ours now */
  async claim(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#claim(signal);
    } catch (error) {
      // Another was faster: the next try reads.
      if (isConflict(error) || isAlreadyExists(error)) return false;
      throw error;
    }
  }

  /** Lets others have it at once. @returns false where it was not ours */
  async giveBack(signal: AbortSignal): Promise<boolean> {
    if (!this.#wrote) return false;
    if (!this.#isFresh) await this.#read(signal);
    if (this.#lease === null || this.holder !== this.#of.identity) return false;
    await this.#write(this.#lease, givenBack(this.#lease.spec!, this.#of.clock.now()), signal);
    return true;
  }

  async #claim(signal: AbortSignal): Promise<boolean> {
    const { clock, identity } = this.#of;
    const isOurs = this.#isFresh && this.holder === identity;
    if (!isOurs) await this.#read(signal);
    const sentAt = clock.monotonic();
    const lease = this.#lease;
    if (lease === null) await this.#create(signal);
    else {
      const record = lease.spec ?? {};
      const step = leaseStep(record, identity, this.#secondsSince(this.#changedAt));
      if (step === "wait") return false;
      await this.#write(lease, step === "renew" ? renewed(record, clock.now()) : taken(record, identity, clock.now()), signal);
    }
    this.#renewedAt = sentAt;
    return true;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, namespace, name } = this.#of;
    const lease = await client.get(LEASES, { namespace, name }, { signal });
    const version = (of: Lease | null): string => `${of?.metadata.uid ?? ""} ${of?.metadata.resourceVersion ?? ""}`;
    if (version(lease) !== version(this.#lease)) this.#changedAt = this.#of.clock.monotonic();
    this.#lease = lease;
    this.#isFresh = true;
  }

  async #create(signal: AbortSignal): Promise<void> {
    const { client, clock, namespace, name, identity } = this.#of;
    this.#isFresh = false;
    this.#wrote = true;
    this.#lease = await client.create(LEASES, { metadata: { namespace, name }, spec: taken(undefined, identity, clock.now()) }, { signal });
    this.#isFresh = true;
  }

  async #write(lease: Lease, spec: LeaseRecord, signal: AbortSignal): Promise<void> {
    this.#isFresh = false;
    this.#wrote = true;
    this.#lease = await this.#of.client.replace(LEASES, { ...lease, spec }, { signal });
    this.#isFresh = true;
  }

  #secondsSince(moment: number): number {
    return (this.#of.clock.monotonic() - moment) / 1000;
  }
}

export type LeaseRecord = NonNullable<Lease["spec"]>;

/** Those of client-go. Between `renewDeadline` and `duration` lies what a write may take that was let through last. */
export const LEASE_SECONDS = { duration: 15, renewDeadline: 10, retryPeriod: 2 } as const;

/**
 * What may be done with a lease that was read.
 * @param unchangedSeconds for how long, by this machine's own clock, the record has been seen to stand as it is: times in it are of other clocks
 */
export function leaseStep(record: LeaseRecord, identity: string, unchangedSeconds: number): "renew" | "take" | "wait" {
  const holder = record.holderIdentity ?? "";
  if (holder === identity) return "renew";
  if (holder === "") return "take";
  return unchangedSeconds < (record.leaseDurationSeconds ?? LEASE_SECONDS.duration) ? "wait" : "take";
}

/** @param now milliseconds since 1970 */
export function taken(record: LeaseRecord | undefined, identity: string, now: number): LeaseRecord {
  const leaseTransitions = record === undefined ? 0 : (record.leaseTransitions ?? 0) + 1;
  return { ...record, holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS.duration, acquireTime: microTime(now), renewTime: microTime(now), leaseTransitions };
}

/** @param now milliseconds since 1970 */
export function renewed(record: LeaseRecord, now: number): LeaseRecord {
  return { ...record, leaseDurationSeconds: LEASE_SECONDS.duration, renewTime: microTime(now) };
}

/** As client-go leaves it, so that its electors take it at once too. @param now milliseconds since 1970 */
export function givenBack(record: LeaseRecord, now: number): LeaseRecord {
  return { ...record, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: microTime(now), renewTime: microTime(now) };
}

/** The server refuses a time here that has no microseconds. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}
