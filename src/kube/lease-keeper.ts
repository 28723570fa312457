import type { Clock } from "../model/clock.ts";
import { isAlreadyThere, isConflict } from "./api-error.ts";
import type { KubeClient } from "./client.ts";
import { givenBack, type LeaseRecord, leaseStep, renewed, taken } from "./lease-record.ts";
import { type Lease, LEASES } from "./resource.ts";

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
      if (isConflict(error) || isAlreadyThere(error)) return false;
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
