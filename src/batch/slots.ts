import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { Tally } from "../model/measured.ts";
import { type HostRepository, SLOT_TIMES, type SlotGrant, type SlotTimes } from "./host-repository.ts";

/** Somebody who waits looks so often for a slot while a request takes its time, so that what a hand-over costs is a small part of that. */
const LOOKS_A_REQUEST = 10;

interface Waiter {
  readonly isProbe: boolean;
  readonly grant: () => void;
}

/** Asks something that the host always has an answer to, and says whether it had one; null where nothing is known to be so. */
export type SendProbe = (() => Promise<boolean>) | null;

/**
 * One process's hold on a host's slots.
 *
 * In words: a request may start while fewer are in flight than slots are held (and, while a renewal is under way, than that was
 * told), nothing pauses the host and it is not ill. The hold is renewed by run(): now and then, and at once when a slot
 * came back that is another's due or that nobody here wants; who waits looks often whether there is such a one, by a cheap question.
 * If no renewal succeeds for two thirds of the lease, all requests are aborted (`lease`), since another process may be given our
 * slots when it ends; with the next renewal asking goes on.
 * While the host is ill one request at a time may pass as the probe, and its outcome decides: a canary where there is one, since the
 * targets that are still waiting may be the very ones that it has no answer to.
 */
export class SlotKeeper {
  readonly #host: HostRepository;
  readonly #clock: Clock;
  readonly #times: SlotTimes;
  #grant: SlotGrant = { held: 0, limit: 0, pausedSeconds: 0, pauseReason: null, ill: false };
  #pause: { readonly until: number; readonly reason: string } = { until: 0, reason: "" };
  #inFlight = 0;
  /** In flight, as the renewal under way tells it: no more may start meanwhile, since it may lower the hold to just that. */
  #told = Infinity;
  /** A slot came back that is another's by now. */
  #hasAnothers = false;
  /** Since when a slot is held that nobody here wants. */
  #spareSince: number | null = null;
  readonly #requestTime: RequestTime;
  readonly #pausedTime: PausedTime;
  #outcomes = "";
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
    return this.#grant.held;
  }

  get limit(): number {
    return this.#grant.limit;
  }

  /** Why nobody asks just now, or null. */
  get pausedFor(): string | null {
    if (this.#grant.ill) return "illness";
    return this.#isPaused() ? this.#pause.reason : null;
  }

  /** For how long nobody asked, by cause. */
  get pausedSeconds(): Tally {
    return this.#pausedTime.seconds;
  }

  /** How many requests were in flight for how long: their mean, times the seconds since the beginning. */
  get inFlightSeconds(): number {
    return this.#requestTime.inFlightSeconds;
  }

  /** Aborted when the lease is about to be lost. Who asks after that asks under the next one, and waits until it is renewed. */
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
      this.#wake?.();
    });
  }

  /** The request is over. */
  release(): void {
    const isAnothers = this.#inFlight > this.#grant.held;
    this.#inFlight -= 1;
    this.#requestTime.ended();
    // The probe was aborted: of that answered() is not told, and another may be sent.
    if (this.#inFlight === 0 && this.#probe === "sent" && this.#sendProbe === null) this.#probe = "none";
    this.#admit();
    if (isAnothers) this.#hasAnothers = true;
    if (this.wanted < this.#grant.held) this.#spareSince ??= this.#clock.monotonic();
    if (isAnothers || this.#waiting.length === 0) this.#wake?.();
  }

  /** Was the answer the provider's own error? */
  answered(ownError: boolean): void {
    this.#outcomes += ownError ? "x" : ".";
    if (this.#probe === "sent" && this.#sendProbe === null) this.#probed(!ownError);
  }

  /** Stops asking here at once, and everywhere with everyone's next renewal. */
  async pause(seconds: number, reason: string): Promise<void> {
    this.#lengthenPause(seconds, reason);
    await this.#host.pause(seconds, reason);
  }

  /** Renews until `signal` is aborted. Throws what the database throws when it is beyond patience. */
  async run(signal: AbortSignal): Promise<void> {
    const deadline = new LeaseDeadline(this.#clock, (this.#times.leaseSeconds * 2) / 3, () => this.#lose());
    try {
      while (!signal.aborted) {
        const asked = this.#clock.monotonic();
        const outcomes = this.#outcomes;
        this.#told = this.#inFlight;
        this.#hasAnothers = false;
        this.#spareSince = null;
        const grant = await this.#host.renew({ wanted: this.wanted, inFlight: this.#inFlight, outcomes });
        this.#told = Infinity;
        this.#outcomes = this.#outcomes.slice(outcomes.length);
        // One that took too long is as good as none: others may have been given what it grants.
        this.#take(deadline.renewedAt(asked) ? grant : { ...grant, held: 0 });
        if (grant.ill && this.#probe === "none" && this.#waiting.length > 0 && (await this.#host.takeProbe())) this.#beginProbe();
        this.#admit();
        await this.#untilDue(signal);
      }
    } finally {
      this.#told = Infinity;
      deadline.end();
    }
  }

  async end(): Promise<void> {
    await this.#host.release();
  }

  #take(grant: SlotGrant): void {
    this.#grant = grant;
    this.#lengthenPause(grant.pausedSeconds, grant.pauseReason ?? "paused");
    if (!grant.ill && this.#probe === "granted") this.#probe = "none";
  }

  #lose(): void {
    this.#grant = { ...this.#grant, held: 0 };
    const lost = this.#lease;
    this.#lease = new AbortController();
    lost.abort(new Error("the lease of the slots could not be renewed"));
  }

  /** Never shorter: a renewal may have been read before a pause of our own was written. */
  #lengthenPause(seconds: number, reason: string): void {
    const until = this.#clock.monotonic() + seconds * 1000;
    if (until > this.#pause.until) this.#pause = { until, reason };
    this.#pausedTime.turn(this.#grant.ill ? { reason: "illness", until: Infinity } : this.#pause);
  }

  #isPaused(): boolean {
    return this.#clock.monotonic() < this.#pause.until;
  }

  #mayStart(isProbe: boolean): boolean {
    if (this.#inFlight >= Math.min(this.#grant.held, this.#told) || this.#isPaused()) return false;
    return !this.#grant.ill || isProbe || this.#probe === "granted";
  }

  #beginProbe(): void {
    if (this.#sendProbe === null) {
      this.#probe = "granted";
      return;
    }
    this.#probe = "sent";
    void this.#sendProbe().then(
      (well) => this.#probed(well),
      () => this.#probed(false),
    );
  }

  #probed(well: boolean): void {
    this.#probe = "none";
    if (well) void this.#host.closeCircuit().then(() => this.#wake?.(), () => undefined);
  }

  #start(): void {
    this.#inFlight += 1;
    this.#requestTime.began();
    if (this.wanted >= this.#grant.held) this.#spareSince = null;
    if (this.#probe === "granted") this.#probe = "sent";
  }

  #admit(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#mayStart(waiter.isProbe)) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.grant();
    }
  }

  async #untilDue(signal: AbortSignal): Promise<void> {
    const renewed = this.#clock.monotonic();
    while (!signal.aborted) {
      const left = this.#nextRenewal(renewed) - this.#clock.monotonic();
      if (left <= 0) return;
      const look = this.#betweenLooks() * 1000;
      await this.#wait(Math.min(left, look), signal);
      if (look < left && this.#isShort() && (await this.#host.hasRoom())) return;
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
    if (this.#hasAnothers) return soonest;
    if (this.#spareSince !== null) return Math.max(soonest, this.#spareSince + turnSeconds * 1000);
    const isUnmet = this.#waiting.length > 0 || this.#grant.held > this.wanted;
    return last + (isUnmet ? busySeconds : calmSeconds) * 1000;
  }

  #betweenLooks(): number {
    return this.#isShort() ? Math.max(this.#times.leastSeconds, this.#requestTime.meanSeconds / LOOKS_A_REQUEST) : Infinity;
  }

  /** Would one more slot be used at once? */
  #isShort(): boolean {
    return this.#waiting.length > 0 && this.#inFlight >= this.#grant.held && !this.#isPaused() && !this.#grant.ill;
  }
}

/** Calls `lost` once when `seconds` have passed since the last renewal was sent. */
export class LeaseDeadline {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #lost: () => void;
  #armed = new AbortController();

  constructor(clock: Clock, seconds: number, lost: () => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#lost = lost;
  }

  /** False where it has passed already. */
  renewedAt(sent: number): boolean {
    const left = this.#seconds * 1000 - (this.#clock.monotonic() - sent);
    if (left <= 0) return false;
    this.end();
    this.#armed = new AbortController();
    void this.#clock.sleep(left, this.#armed.signal).then((passed) => {
      if (passed) this.#lost();
    });
    return true;
  }

  end(): void {
    this.#armed.abort();
  }
}

/** Why nobody asks, and until when in milliseconds of the clock; it is over where that is past. */
export interface Pausing {
  readonly reason: string;
  readonly until: number;
}

/** Adds up for how long nobody might ask, by reason. Told whenever that changes; a pause that ends by itself need not be told of. */
export class PausedTime {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #milliseconds: Record<string, number> = {};
  #now: Pausing = { reason: "", until: 0 };
  #since = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** From here on this holds. */
  turn(pausing: Pausing): void {
    const now = this.#clock.monotonic();
    const { reason, until } = this.#now;
    const milliseconds = Math.min(now, until) - this.#since;
    if (milliseconds > 0) this.#milliseconds[reason] = (this.#milliseconds[reason] ?? 0) + milliseconds;
    this.#now = pausing;
    this.#since = now;
  }

  get seconds(): Tally {
    this.turn(this.#now);
    return Object.fromEntries(Object.entries(this.#milliseconds).map(([reason, milliseconds]) => [reason, milliseconds / 1000]));
  }
}

/** How long requests take on average: how many were in flight for how long, over how many have ended. */
export class RequestTime {
  readonly #clock: Pick<Clock, "monotonic">;
  #inFlight = 0;
  #changed = 0;
  #sumMilliseconds = 0;
  #ended = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  began(): void {
    this.#turn(1);
  }

  ended(): void {
    this.#turn(-1);
    this.#ended += 1;
  }

  /** 0 until one has ended. */
  get meanSeconds(): number {
    return this.#ended === 0 ? 0 : this.#sumMilliseconds / this.#ended / 1000;
  }

  /** The sum over all requests of how long they were in flight so far. */
  get inFlightSeconds(): number {
    this.#turn(0);
    return this.#sumMilliseconds / 1000;
  }

  #turn(by: number): void {
    const now = this.#clock.monotonic();
    this.#sumMilliseconds += this.#inFlight * (now - this.#changed);
    this.#changed = now;
    this.#inFlight += by;
  }
}
