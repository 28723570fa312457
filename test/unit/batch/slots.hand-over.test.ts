import { describe, expect, test } from "vitest";
import type { HostRepository, SlotGrant, SlotReport } from "../../../src/batch/host-repository.ts";
import { SlotKeeper } from "../../../src/batch/slots.ts";
import { share } from "../../../src/decide/host/share.ts";
import type { SlotRow } from "../../../src/model/slot-row.ts";
import { normal, seededRandom } from "../../../src/simulate/seeded.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";

const CONCURRENCY = 16;
const BATCH = 128;
const START_SECONDS = 0.4;
/** Of a transaction with the host's row locked, and of a plain question. */
const TRANSACTION_SECONDS = 0.006;
const RESYNC_SECONDS = 0.002;
/** From the end of a request to the beginning of the lane's next. */
const TURN_SECONDS = 0.001;

/** Requests in flight over the limit, for as long as a target is unstarted. */
class Use {
  inFlight = 0;
  most = 0;
  readonly #clock: FakeClock;
  #unstarted: number;
  #from: number | null = null;
  #changed = 0;
  #sum = 0;

  constructor(clock: FakeClock, targets: number) {
    this.#clock = clock;
    this.#unstarted = targets;
  }

  began(): void {
    this.#turn(1);
    this.#unstarted -= 1;
  }

  ended(): void {
    this.#turn(-1);
  }

  over(limit: number): number {
    return this.#sum / (this.#changed - this.#from!) / limit;
  }

  #turn(by: number): void {
    const now = this.#clock.monotonic();
    this.#from ??= now;
    if (this.#unstarted > 0) {
      this.#sum += this.inFlight * (now - this.#changed);
      this.#changed = now;
    }
    this.inFlight += by;
    this.most = Math.max(this.most, this.inFlight);
  }
}

/** A host's rows by the store's rule, with the time that a database takes, one transaction after the other. */
class FakeDatabase {
  readonly #clock: FakeClock;
  readonly #limit: number;
  readonly #rows = new Map<string, SlotRow>();
  #lock: Promise<unknown> = Promise.resolve();

  constructor(clock: FakeClock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  hostOf(process: string): HostRepository {
    return {
      name: "h:443",
      renew: (report) => this.#locked(() => this.#renew(process, report)),
      hasRoom: async () => {
        await this.#clock.sleep(RESYNC_SECONDS * 1000);
        return this.#held() < this.#limit;
      },
      release: () => this.#locked(() => void this.#rows.delete(process)),
      pause: () => Promise.resolve(),
      takeProbe: () => Promise.resolve(false),
      closeCircuit: () => Promise.resolve(),
    };
  }

  #renew(process: string, { wanted, inFlight }: SlotReport): SlotGrant {
    const now = this.#clock.monotonic();
    const before = this.#rows.get(process) ?? { held: 0, waitingSince: now };
    const row = { process, wanted, held: before.held, inFlight, priority: 0, waitingSince: before.waitingSince };
    this.#rows.set(process, row);
    const due = share(this.#limit, [...this.#rows.values()]).get(process)!;
    const allowed = Math.max(0, Math.min(due, this.#limit - (this.#held() - row.held)));
    const held = Math.max(inFlight, allowed);
    this.#rows.set(process, { ...row, held, waitingSince: held > 0 ? now : row.waitingSince });
    return { allowed, limit: this.#limit, pausedSeconds: 0, pauseReason: null, circuitOpen: false, facts: { pausedSince: null, circuitSince: 0, nextProbe: 0, lastError: null, holders: [] } };
  }

  #held(): number {
    return [...this.#rows.values()].reduce((sum, { held }) => sum + held, 0);
  }

  #locked<T>(work: () => T): Promise<T> {
    const result = this.#lock.then(() => this.#clock.sleep(TRANSACTION_SECONDS * 1000)).then(work);
    this.#lock = result;
    return result;
  }
}

interface World {
  readonly limit: number;
  readonly processes: number;
  readonly targets: number;
  readonly meanSeconds: number;
}

const never = new AbortController().signal;

/** A sweep by processes that start when another ends, each with lanes that ask one target after the other. Latencies are log-normal. */
async function sweep({ limit, processes, targets, meanSeconds }: World): Promise<Use> {
  const clock = new FakeClock();
  const database = new FakeDatabase(clock, limit);
  const use = new Use(clock, targets);
  const random = seededRandom(7);
  const latency = (): number => meanSeconds * Math.exp(-0.5) * Math.exp(normal(random));
  let toPack = targets;

  async function batch(name: string, size: number): Promise<void> {
    await clock.sleep(START_SECONDS * 1000);
    const keeper = new SlotKeeper(database.hostOf(name), clock);
    const ended = new AbortController();
    const renewing = keeper.run(ended.signal);
    let left = size;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await keeper.acquire(never);
        use.began();
        await clock.sleep(latency() * 1000);
        use.ended();
        keeper.release();
        await clock.sleep(TURN_SECONDS * 1000);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    ended.abort();
    await renewing;
    await keeper.close();
  }

  async function pod(number: number): Promise<void> {
    for (let index = 0; toPack > 0; index += 1) {
      const size = Math.min(BATCH, toPack);
      toPack -= size;
      await batch(`${number}-${index}`, size);
    }
  }

  let isDone = false;
  const done = Promise.all(Array.from({ length: processes }, (_, number) => pod(number))).then(() => (isDone = true));
  while (!isDone) await clock.advance(1);
  await done;
  return use;
}

describe("slots that go from one process to another by way of a database", () => {
  test.each([
    { limit: 16, meanSeconds: 0.25, least: 0.98 },
    { limit: 8, meanSeconds: 0.25, least: 0.99 },
    { limit: 8, meanSeconds: 4, least: 0.99 },
  ])("are in use for at least $least of the time: $limit slots, four processes, $meanSeconds s a request", { timeout: 60_000 }, async ({ limit, meanSeconds, least }) => {
    const use = await sweep({ limit, processes: 4, targets: 5_000, meanSeconds });
    expect(use.over(limit)).toBeGreaterThan(least);
    expect(use.most).toBe(limit);
  });
});
