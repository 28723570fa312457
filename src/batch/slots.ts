import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { Tally } from "../model/measured.ts";
import { pausedWait, unhealthyWait, type Wait } from "../model/wait.ts";
import { PausedTime, RequestTime } from "./time-meters.ts";
import { type HostRepository, SLOT_TIMES, type SlotGrant, type SlotTimes } from "./host-repository.ts";

/** Polls for a free slot in the time of one request, so that a hand-over between processes costs a small part of that time. */
const POLLS_PER_REQUEST = 10;

interface Waiter {
  readonly isProbe: boolean;
  readonly grant: () => void;
}

/** Asks a canary, and resolves to whether the host answered; null without a canary: then the first waiting target is the probe. */
type SendProbe = (() => Promise<boolean>) | null;

/**
 * Shares a host's slots with the other processes, on behalf of this one.
 *
 * In words: a request may start while fewer are in flight than the last renewal allows (and, while a renewal is under way, than it
 * reported), and the host is neither paused nor its circuit open. run() renews: regularly, and at once when a slot comes free that is
 * due to another process or that no request here wants. A process with waiting requests polls for free slots, by a cheap query.
 * If no renewal succeeds for two thirds of the lease, `lease` aborts all requests, since another process may get our slots when the
 * lease ends. Requests start again with the next renewal.
 * While the circuit is open (the docs call the host unhealthy) it lets one probe through at a time, and the probe's outcome
 * decides whether it closes. The probe is a canary if the spec has one: the waiting targets may be the very ones that the host cannot answer.
 */
export class SlotKeeper {
  readonly #host: HostRepository;
  readonly #clock: Clock;
  readonly #times: SlotTimes;
  #grant: SlotGrant = { allowed: 0, limit: 0, pausedSeconds: 0, pauseReason: null, circuitOpen: false, facts: { pausedSince: null, circuitSince: 0, nextProbe: 0, lastError: null, holders: [] } };
  #pause: { readonly until: number; readonly reason: string } = { until: 0, reason: "" };
  #inFlight = 0;
  /** Requests in flight as the renewal under way reports them. No more may start until it returns: it may lower our slots to just that. */
  #reported = Infinity;
  /** A slot came free that is due to another process. */
  #owesSlot = false;
  /** Since when a slot is held that no request here wants, in milliseconds of `monotonic`. */
  #spareSince: number | null = null;
  readonly #requestTime: RequestTime;
  readonly #pausedTime: PausedTime;
  #outcomes = "";
  /** Of the outcomes that were not reported yet. */
  #newError: string | null = null;
  /** What the last request of this process met that was the provider's own error, or a throttle. */
  #lastError: string | null = null;
  /** Since when requests wait and none is in flight, in seconds since 1970; null otherwise. */
  #idleSince: number | null = null;
  #probe: "none" | "granted" | "sent" = "none";
  #sendProbe: SendProbe = null;
  #waiting: Waiter[] = [];
  #lease = new AbortController();
  #wake: (() => void) | null = null;

  constructor(host: HostRepository, clock: Clock, times: SlotTimes = SLOT_TIMES) {
    this.#host = host;
    this.#clock = clock;
    this.#times = times;
    this.#requestTime = new RequestTime(clock);
    this.#pausedTime = new PausedTime(clock);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get wanted(): number {
    return this.#inFlight + this.#waiting.length;
  }

  get held(): number {
    return this.#grant.allowed;
  }

  get limit(): number {
    return this.#grant.limit;
  }

  /** Why no request may start now, or null. "illness" is a stable word of logs, metrics and the database: the circuit is open. */
  get pausedFor(): string | null {
    if (this.#grant.circuitOpen) return "illness";
    return this.#isPaused() ? this.#pause.reason : null;
  }

  /** What its requests wait for, or null: while one is in flight, or none is wanted, it waits for nothing. */
  get wait(): Wait | null {
    const { limit, circuitOpen, facts } = this.#grant;
    const host = this.#host.name;
    const error = facts.lastError ?? this.#lastError;
    if (circuitOpen) return unhealthyWait(host, facts.circuitSince, facts.nextProbe, error);
    if (this.#isPaused()) {
      const now = this.#clock.now() / 1000;
      return pausedWait(host, facts.pausedSince ?? now, now + (this.#pause.until - this.#clock.monotonic()) / 1000, error);
    }
    if (this.#waiting.length === 0 || this.#idleSince === null || limit === 0) return null;
    const holders = facts.holders.length === 0 ? "other processes" : facts.holders.join(", ");
    return { for: "slots", what: limit === 1 ? `the only slot of ${host} is used by ${holders}` : `all ${limit} slots of ${host} are used by ${holders}`, since: this.#idleSince, until: null, error: null };
  }

  /** What the last request of this process met that failed or was throttled; null if none did. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** For how long no request could start, in seconds by reason. */
  get pausedSeconds(): Tally {
    return this.#pausedTime.seconds;
  }

  /** The sum over all requests of how long they were in flight. */
  get inFlightSeconds(): number {
    return this.#requestTime.inFlightSeconds;
  }

  /** Aborted when the lease is about to be lost. Requests after that belong to the next lease, and wait until it is renewed. */
  get lease(): AbortSignal {
    return this.#lease.signal;
  }

  probeWith(sendProbe: SendProbe): void {
    this.#sendProbe = sendProbe;
  }

  /** Resolves when one request may be sent. */
  async acquire(signal: AbortSignal, isProbe = false): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#mayStart(isProbe)) {
      this.#start();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        isProbe,
        grant: () => {
          signal.removeEventListener("abort", leave);
          this.#start();
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiter);
      this.#noteIdle();
      this.#wake?.();
    });
  }

  /** The request is over. */
  release(): void {
    const isOwed = this.#inFlight > this.#grant.allowed;
    this.#inFlight -= 1;
    this.#requestTime.ended();
    // The probe was aborted, so answered() was not called: another may be sent.
    if (this.#inFlight === 0 && this.#probe === "sent" && this.#sendProbe === null) this.#probe = "none";
    this.#admit();
    if (isOwed) this.#owesSlot = true;
    if (this.wanted < this.#grant.allowed) this.#spareSince ??= this.#clock.monotonic();
    if (isOwed || this.#waiting.length === 0) this.#wake?.();
  }

  /** @param ownError the answer was the provider's own error @param error what it was, in a sentence; null for an answer */
  answered(ownError: boolean, error: string | null): void {
    this.#outcomes += ownError ? "x" : ".";
    if (error !== null) this.#lastError = error;
    if (ownError) this.#newError = error;
    if (this.#probe === "sent" && this.#sendProbe === null) this.#probed(!ownError);
  }

  /** Stops requests here at once, and in every other process with its next renewal. */
  async pause(seconds: number, reason: string, error: string): Promise<void> {
    this.#lengthenPause(seconds, reason);
    await this.#host.pause(seconds, reason, error);
  }

  /** Renews until `signal` is aborted. Rejects if the database stays away for longer than its client retries. */
  async run(signal: AbortSignal): Promise<void> {
    const deadline = new LeaseDeadline(this.#clock, (this.#times.leaseSeconds * 2) / 3, () => this.#lose());
    try {
      while (!signal.aborted) {
        const sent = this.#clock.monotonic();
        const outcomes = this.#outcomes;
        const lastError = this.#newError;
        this.#newError = null;
        this.#reported = this.#inFlight;
        this.#owesSlot = false;
        this.#spareSince = null;
        const grant = await this.#host.renew({ wanted: this.wanted, inFlight: this.#inFlight, outcomes, lastError });
        this.#reported = Infinity;
        this.#outcomes = this.#outcomes.slice(outcomes.length);
        // A renewal that took longer than the lease counts for nothing: other processes may have got these slots.
        this.#take(deadline.renewedAt(sent) ? grant : { ...grant, allowed: 0 });
        if (grant.circuitOpen && this.#probe === "none" && this.#waiting.length > 0 && (await this.#host.takeProbe())) this.#startProbe();
        this.#admit();
        await this.#untilDue(signal);
      }
    } finally {
      this.#reported = Infinity;
      deadline.cancel();
    }
  }

  /** Gives all slots back. */
  async close(): Promise<void> {
    await this.#host.release();
  }

  #take(grant: SlotGrant): void {
    this.#grant = grant;
    this.#lengthenPause(grant.pausedSeconds, grant.pauseReason ?? "paused");
    if (!grant.circuitOpen && this.#probe === "granted") this.#probe = "none";
  }

  #lose(): void {
    this.#grant = { ...this.#grant, allowed: 0 };
    const lost = this.#lease;
    this.#lease = new AbortController();
    lost.abort(new Error("the lease of the slots could not be renewed"));
  }

  /** Never shortens a pause: a renewal may have been read before our own pause was written. */
  #lengthenPause(seconds: number, reason: string): void {
    const until = this.#clock.monotonic() + seconds * 1000;
    if (until > this.#pause.until) this.#pause = { until, reason };
    this.#pausedTime.turn(this.#grant.circuitOpen ? { reason: "illness", until: Infinity } : this.#pause);
  }

  #isPaused(): boolean {
    return this.#clock.monotonic() < this.#pause.until;
  }

  #mayStart(isProbe: boolean): boolean {
    if (this.#inFlight >= Math.min(this.#grant.allowed, this.#reported) || this.#isPaused()) return false;
    return !this.#grant.circuitOpen || isProbe || this.#probe === "granted";
  }

  #startProbe(): void {
    if (this.#sendProbe === null) {
      this.#probe = "granted";
      return;
    }
    this.#probe = "sent";
    void this.#sendProbe().then(
      (answered) => this.#probed(answered),
      () => this.#probed(false),
    );
  }

  #probed(answered: boolean): void {
    this.#probe = "none";
    if (answered) void this.#host.closeCircuit().then(() => this.#wake?.(), () => undefined);
  }

  #start(): void {
    this.#inFlight += 1;
    this.#requestTime.started();
    if (this.wanted >= this.#grant.allowed) this.#spareSince = null;
    if (this.#probe === "granted") this.#probe = "sent";
  }

  #admit(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#mayStart(waiter.isProbe)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.grant();
    }
    this.#noteIdle();
  }

  async #untilDue(signal: AbortSignal): Promise<void> {
    const renewed = this.#clock.monotonic();
    while (!signal.aborted) {
      const left = this.#nextRenewal(renewed) - this.#clock.monotonic();
      if (left <= 0) return;
      const poll = this.#pollSeconds() * 1000;
      await this.#wait(Math.min(left, poll), signal);
      if (poll < left && this.#isShort() && (await this.#host.hasRoom())) return;
    }
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    using either = linkSignals(signal, woken.signal);
    await this.#clock.sleep(milliseconds, either.signal);
    this.#wake = null;
    this.#admit();
  }

  #nextRenewal(last: number): number {
    const { busySeconds, calmSeconds, leastSeconds, turnSeconds } = this.#times;
    const soonest = last + leastSeconds * 1000;
    if (this.#owesSlot) return soonest;
    if (this.#spareSince !== null) return Math.max(soonest, this.#spareSince + turnSeconds * 1000);
    const isUnmet = this.#waiting.length > 0 || this.#grant.allowed > this.wanted;
    return last + (isUnmet ? busySeconds : calmSeconds) * 1000;
  }

  #pollSeconds(): number {
    return this.#isShort() ? Math.max(this.#times.leastSeconds, this.#requestTime.meanSeconds / POLLS_PER_REQUEST) : Infinity;
  }

  #noteIdle(): void {
    if (this.#waiting.length === 0 || this.#inFlight > 0) this.#idleSince = null;
    else this.#idleSince ??= this.#clock.now() / 1000;
  }

  /** Whether one more slot would be used at once. */
  #isShort(): boolean {
    return this.#waiting.length > 0 && this.#inFlight >= this.#grant.allowed && !this.#isPaused() && !this.#grant.circuitOpen;
  }
}

/** Calls `lost` once, when no renewal has succeeded for `seconds`. */
class LeaseDeadline {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #lost: () => void;
  #armed = new AbortController();

  constructor(clock: Clock, seconds: number, lost: () => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#lost = lost;
  }

  /** A renewal sent at this time has succeeded. False if the deadline had already passed. @param sent milliseconds of `monotonic` */
  renewedAt(sent: number): boolean {
    const left = this.#seconds * 1000 - (this.#clock.monotonic() - sent);
    if (left <= 0) return false;
    this.cancel();
    this.#armed = new AbortController();
    void this.#clock.sleep(left, this.#armed.signal).then((passed) => {
      if (passed) this.#lost();
    });
    return true;
  }

  cancel(): void {
    this.#armed.abort();
  }
}
