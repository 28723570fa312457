import type { Clock } from "../model/clock.ts";
import { isAlreadyExists, isConflict } from "./api-error.ts";
import type { KubeClient } from "./client.ts";
import { type Lease, LEASES } from "./object.ts";
import { NotLeading, type WriteGate } from "./requests.ts";
import { timeLimit } from "./time-limit.ts";

interface ElectorOptions extends LeaseOptions {
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  /** For the log: called when the leader changes, and when the lease cannot be read or written. */
  readonly report: (report: LeaseReport) => void;
}

interface LeaseReport {
  readonly ok: boolean;
  /** A sentence. */
  readonly message: string;
}

/** `given-back`: another may take the lease at once. `kept`: others wait until it expires, because giving it back failed. `lost`: it expired, or another has it. */
export type LeadEnd = "given-back" | "kept" | "lost" | "never-led";

const TRY_SECONDS = 4;
/** Together with GIVE_BACK_SECONDS the five seconds in which the controller promises to stop. */
const STOP_SECONDS = 4;
const GIVE_BACK_SECONDS = 1;

/** One time of leading. A process that has lost the lease may lead again: nothing of an earlier term can write in a later one. */
export interface Term {
  /** The gate for the writes of this term. @throws NotLeading */
  readonly assertHeld: WriteGate;
  /** Aborted when the lease is lost, or the work has not ended in time. */
  readonly lost: AbortSignal;
}

/**
 * Elects one leader among several processes by a Lease, with client-go's algorithm: it trusts only a local monotonic clock.
 * Waiting → leading: the lease is free, given back, was observed unchanged for its whole duration, or a dead process of this pod has it.
 * Leading → ended: the work ends, `stop` is aborted and four seconds pass, or the lease is lost, whatever comes first. After a loss the
 * same process may stand for the lease again.
 */
export class LeaderElector {
  readonly #options: ElectorOptions;
  readonly #lease: LeaseKeeper;
  #term: Term | null = null;
  #lastMessage = "";

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#lease = new LeaseKeeper(options);
  }

  /** Whether the lease is certainly ours, and for at least five more seconds. */
  get isHeld(): boolean {
    return this.#term !== null && this.#lease.secondsSinceRenewed < LEASE_SECONDS.renewDeadline;
  }

  /** The identity of the last known leader; "" for none. */
  get holder(): string {
    return this.#lease.holder;
  }

  /**
   * Waits until this process leads, then calls `work` once.
   * When `stop` is aborted, `work` has four seconds to return (it has to watch `stop` itself), and then the lease is given back. When the
   * lease is lost, the term's gate is closed and its signal aborted, and lead() returns once `work` has returned: call it again to stand again.
   * @throws what `work` throws, after the lease is given back
   */
  async lead(stop: AbortSignal, work: (term: Term) => Promise<void>): Promise<LeadEnd> {
    if (!(await this.#acquire(stop))) {
      await this.#giveBack();
      return "never-led";
    }
    const lost = new AbortController();
    const over = new AbortController();
    const term = this.#begin(lost.signal);
    const renewing = this.#renew(over.signal);
    const working = work(term);
    const worked = working.then(() => "worked" as const, () => "worked" as const);
    const first = await Promise.race([worked, renewing, tooLate(this.#options.clock, stop, over.signal)]);
    this.#term = null;
    over.abort();
    if (first !== "worked") {
      lost.abort(new NotLeading("The lease was lost, or the work did not end in time"));
      if (first === "lost") await worked;
      return first;
    }
    await renewing;
    const isGivenBack = await this.#giveBack();
    await working;
    return isGivenBack ? "given-back" : "kept";
  }

  #begin(lost: AbortSignal): Term {
    const term: Term = {
      lost,
      assertHeld: () => {
        if (this.#term !== term || !this.isHeld) throw new NotLeading(`The lease ${this.#options.namespace}/${this.#options.name} is not held`);
      },
    };
    this.#term = term;
    return term;
  }

  async #acquire(stop: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    while (!isAborted(stop)) {
      if (await this.#claim(stop, TRY_SECONDS)) return true;
      await clock.sleep(LEASE_SECONDS.retryPeriod * (1 + random() * 0.2) * 1000, stop);
    }
    return false;
  }

  /** Resolves when the lease is lost, or soon after `over` is aborted. */
  async #renew(over: AbortSignal): Promise<"lost"> {
    const { clock, identity } = this.#options;
    // In whole milliseconds, so that a remainder of arithmetic is not waited for.
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
      if (!isAborted(stop)) this.#report(false, `The lease cannot be renewed or read: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      limit.close();
    }
  }

  /** @returns false where that failed, or the lease was no longer ours */
  async #giveBack(): Promise<boolean> {
    const limit = timeLimit(this.#options.clock, GIVE_BACK_SECONDS);
    try {
      return await this.#lease.giveBack(limit.signal);
    } catch (error) {
      this.#report(false, `The lease could not be given back: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    } finally {
      limit.close();
    }
  }

  #report(ok: boolean, message: string): void {
    if (message !== this.#lastMessage) this.#options.report({ ok, message });
    this.#lastMessage = message;
  }
}

async function tooLate(clock: Clock, stop: AbortSignal, over: AbortSignal): Promise<"kept"> {
  return new Promise((resolve) => {
    const startTimer = (): void => void clock.sleep(STOP_SECONDS * 1000, over).then((passed) => {
      if (passed) resolve("kept");
    });
    if (stop.aborted) startTimer();
    else stop.addEventListener("abort", startTimer, { once: true, signal: over });
  });
}

/** A function, because the compiler assumes that a property that it has checked does not change. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

interface LeaseOptions {
  /** Without a gate: the lease is written before this process leads. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** The pod's name and uid: a process of this pod with another identity is dead, since a pod never runs two. */
  readonly pod: string;
  /** Of this process, also after a restart: `pod`, "_" and something random. */
  readonly identity: string;
}

/** Reads and writes the Lease. Each write replaces only the version that was read. */
class LeaseKeeper {
  readonly #options: LeaseOptions;
  #lease: Lease | null = null;
  /** Whether `#lease` is what the server has, as far as our own reads and writes tell: false while a write has no answer. */
  #isFresh = false;
  #hasWritten = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** The last known holder; "" for none. */
  get holder(): string {
    return this.#lease?.spec?.holderIdentity ?? "";
  }

  /** Since the request was sent that last took or renewed the lease. No other process can have observed that version for longer. */
  get secondsSinceRenewed(): number {
    return this.#secondsSince(this.#renewedAt);
  }

  /** Takes or renews the lease where that is allowed. @returns whether it is ours now */
  async claim(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#claim(signal);
    } catch (error) {
      // Another process was faster. The next try reads first.
      if (isConflict(error) || isAlreadyExists(error)) return false;
      throw error;
    }
  }

  /** Lets another process take it at once. @returns false where it was not ours */
  async giveBack(signal: AbortSignal): Promise<boolean> {
    if (!this.#hasWritten) return false;
    if (!this.#isFresh) await this.#read(signal);
    if (this.#lease === null || this.holder !== this.#options.identity) return false;
    await this.#write(this.#lease, givenBack(this.#lease.spec!, this.#options.clock.now()), signal);
    return true;
  }

  async #claim(signal: AbortSignal): Promise<boolean> {
    const { clock, pod, identity } = this.#options;
    const isOurs = this.#isFresh && this.holder === identity;
    if (!isOurs) await this.#read(signal);
    const sentAt = clock.monotonic();
    const lease = this.#lease;
    if (lease === null) await this.#create(signal);
    else {
      const record = lease.spec ?? {};
      const step = leaseStep(record, { pod, identity }, this.#secondsSince(this.#changedAt));
      if (step === "wait") return false;
      await this.#write(lease, step === "renew" ? renewed(record, clock.now()) : taken(record, identity, clock.now()), signal);
    }
    this.#renewedAt = sentAt;
    return true;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { client, namespace, name } = this.#options;
    const lease = await client.get(LEASES, { namespace, name }, { signal });
    const version = (of: Lease | null): string => `${of?.metadata.uid ?? ""} ${of?.metadata.resourceVersion ?? ""}`;
    if (version(lease) !== version(this.#lease)) this.#changedAt = this.#options.clock.monotonic();
    this.#lease = lease;
    this.#isFresh = true;
  }

  async #create(signal: AbortSignal): Promise<void> {
    const { client, clock, namespace, name, identity } = this.#options;
    this.#isFresh = false;
    this.#hasWritten = true;
    this.#lease = await client.create(LEASES, { metadata: { namespace, name }, spec: taken(undefined, identity, clock.now()) }, { signal });
    this.#isFresh = true;
  }

  async #write(lease: Lease, spec: LeaseRecord, signal: AbortSignal): Promise<void> {
    this.#isFresh = false;
    this.#hasWritten = true;
    this.#lease = await this.#options.client.replace(LEASES, { ...lease, spec }, { signal });
    this.#isFresh = true;
  }

  #secondsSince(moment: number): number {
    return (this.#options.clock.monotonic() - moment) / 1000;
  }
}

type LeaseRecord = NonNullable<Lease["spec"]>;

/** As in client-go. A write that passed the gate last has from `renewDeadline` to `duration` to reach the server. */
const LEASE_SECONDS = { duration: 15, renewDeadline: 10, retryPeriod: 2 } as const;

/**
 * What this process may do with the lease.
 * @param unchangedSeconds how long the record was observed unchanged, by the local clock: the times in it come from other clocks
 */
export function leaseStep(record: LeaseRecord, { pod, identity }: Pick<LeaseOptions, "pod" | "identity">, unchangedSeconds: number): "renew" | "take" | "wait" {
  const holder = record.holderIdentity ?? "";
  if (holder === identity) return "renew";
  if (holder === "" || holder.startsWith(`${pod}_`)) return "take";
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

/** As client-go writes it, so that its electors take it at once too. @param now milliseconds since 1970 */
export function givenBack(record: LeaseRecord, now: number): LeaseRecord {
  return { ...record, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: microTime(now), renewTime: microTime(now) };
}

/** The server accepts times with microseconds only. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}
