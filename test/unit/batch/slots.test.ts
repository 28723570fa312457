import { afterEach, describe, expect, test } from "vitest";
import type { HostRepository, SlotGrant, SlotReport } from "../../../src/batch/host-repository.ts";
import { SlotKeeper, PausedTime, RequestTime } from "../../../src/batch/slots.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";

describe("slots", () => {
  const TIMES = { leaseSeconds: 15, busySeconds: 0.2, calmSeconds: 0.8, leastSeconds: 0.02, turnSeconds: 0.005 };

  /** A host's row as a test wants it to be; every renewal says what `grant` says then. */
  class FakeHost implements HostRepository {
    grant: SlotGrant = { allowed: 2, limit: 8, pausedSeconds: 0, pauseReason: null, circuitOpen: false };
    /** Set: renewals wait for it before they answer, or fail with what it fails with. */
    renewing: Promise<void> | null = null;
    mayProbe = true;
    readonly reports: SlotReport[] = [];
    readonly pauses: [number, string][] = [];
    room = false;
    looks = 0;
    probes = 0;
    wells = 0;
    releases = 0;

    async renew(report: SlotReport): Promise<SlotGrant> {
      this.reports.push(report);
      const read = this.grant;
      await this.renewing;
      return this.renewing === null ? this.grant : read;
    }

    async hasRoom(): Promise<boolean> {
      this.looks += 1;
      return Promise.resolve(this.room);
    }

    async pause(seconds: number, reason: string): Promise<void> {
      this.pauses.push([seconds, reason]);
      return Promise.resolve();
    }

    async takeProbe(): Promise<boolean> {
      if (this.mayProbe) this.probes += 1;
      return Promise.resolve(this.mayProbe);
    }

    async closeCircuit(): Promise<void> {
      this.wells += 1;
      this.grant = { ...this.grant, circuitOpen: false };
      return Promise.resolve();
    }

    async release(): Promise<void> {
      this.releases += 1;
      return Promise.resolve();
    }
  }

  /** Somebody who asked for a slot. */
  interface TargetClient {
    readonly started: boolean;
    readonly refused: unknown;
  }

  const never = new AbortController().signal;
  const stops: (() => void)[] = [];

  afterEach(() => {
    stops.splice(0).forEach((stop) => stop());
  });

  function start(host = new FakeHost()): { host: FakeHost; keeper: SlotKeeper; clock: FakeClock; ended: Promise<unknown>; stop: () => void } {
    const clock = new FakeClock();
    const keeper = new SlotKeeper(host, clock, TIMES);
    const running = new AbortController();
    const stop = (): void => running.abort(new Error("the test is over"));
    stops.push(stop);
    const ended = keeper.run(running.signal).then(
      () => null,
      (error: unknown) => error,
    );
    return { host, keeper, clock, ended, stop };
  }

  function asks(keeper: SlotKeeper, signal: AbortSignal = never, isProbe = false): TargetClient {
    const targetClient = { started: false, refused: null as unknown };
    keeper.acquire(signal, isProbe).then(
      () => (targetClient.started = true),
      (error: unknown) => (targetClient.refused = error),
    );
    return targetClient;
  }

  function startedOf(askers: readonly TargetClient[]): number {
    return askers.filter(({ started }) => started).length;
  }

  describe("slots that are held", () => {
    test("let as many requests start, and never more", async () => {
      const { keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      expect(startedOf(askers)).toBe(2);
      expect(keeper.inFlight).toBe(2);
      expect(keeper.wanted).toBe(3);
      await clock.advance(5);
      expect(startedOf(askers)).toBe(2);
    });

    test("are taken without a wait while some are free, in the order in which they were asked for", async () => {
      const { keeper, clock } = start();
      await clock.advance(0.1);
      const [first, second, third] = [asks(keeper), asks(keeper), asks(keeper)];
      await settled();
      expect([first.started, second.started, third.started]).toEqual([true, true, false]);
    });

    test("go to whoever waits when one comes back", async () => {
      const { keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      keeper.release();
      await settled();
      expect(askers.map(({ started }) => started)).toEqual([true, true, true, false]);
      expect(keeper.inFlight).toBe(2);
    });

    test("are given to those who wait when the hold rises", async () => {
      const { host, keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      host.grant = { ...host.grant, allowed: 3 };
      await clock.advance(TIMES.busySeconds);
      expect(startedOf(askers)).toBe(3);
    });

    test("are not given again when the hold falls below what is in flight", async () => {
      const { host, keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      host.grant = { ...host.grant, allowed: 1 };
      await clock.advance(TIMES.busySeconds);
      keeper.release();
      await clock.advance(0.1);
      expect(startedOf(askers)).toBe(2);
      keeper.release();
      await clock.advance(0.1);
      expect(startedOf(askers)).toBe(3);
    });

    test("are given no further than a renewal was told while that is under way: it may give the rest to others", async () => {
      const { host, keeper, clock } = start();
      const first = asks(keeper);
      await clock.advance(0.1);
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.busySeconds);
      const [second, third] = [asks(keeper), asks(keeper)];
      await settled();
      expect([first, second, third].map(({ started }) => started)).toEqual([true, false, false]);
      keeper.release();
      await settled();
      expect([second.started, third.started, keeper.inFlight]).toEqual([true, false, 1]);
      host.renewing = null;
      host.grant = { ...host.grant, allowed: 1 };
      answer();
      await clock.advance(0.1);
      expect([third.started, keeper.held]).toEqual([false, 1]);
    });

    test("are not given to one who has gone", async () => {
      const { keeper, clock } = start();
      const gone = new AbortController();
      const askers = [asks(keeper), asks(keeper), asks(keeper, gone.signal)];
      await clock.advance(0.1);
      gone.abort(new Error("gone"));
      await settled();
      expect(askers[2]!.refused).toEqual(new Error("gone"));
      expect(keeper.wanted).toBe(2);
      keeper.release();
      await clock.advance(1);
      expect(keeper.inFlight).toBe(1);
      await expect(keeper.acquire(gone.signal)).rejects.toThrow("gone");
    });

    test("are given back at the end", async () => {
      const { host, keeper } = start();
      await keeper.close();
      expect(host.releases).toBe(1);
    });
  });

  describe("renewals", () => {
    /** How many are sent in ten seconds of this. */
    async function renewalsIn(seconds: number, { host, clock }: { host: FakeHost; clock: FakeClock }): Promise<number> {
      const before = host.reports.length;
      await clock.advance(seconds);
      return host.reports.length - before;
    }

    const cases: Record<string, { held: number; askers: number; every: number }> = {
      "come often while somebody waits for a slot": { held: 2, askers: 3, every: TIMES.busySeconds },
      "come often while a slot waits for somebody: others may want it": { held: 2, askers: 1, every: TIMES.busySeconds },
      "come calmly while everybody has what he wants": { held: 2, askers: 2, every: TIMES.calmSeconds },
    };

    test.each(Object.entries(cases))("%s", async (_, { held, askers, every }) => {
      const started = start();
      started.host.grant = { ...started.host.grant, allowed: held };
      for (let targetClient = 0; targetClient < askers; targetClient += 1) asks(started.keeper);
      await started.clock.advance(1);
      expect(await renewalsIn(8, started)).toBe(8 / every);
    });

    test("come soon once somebody waits, also in the middle of a calm while", async () => {
      const started = start();
      [asks(started.keeper), asks(started.keeper)].forEach(() => undefined);
      await started.clock.advance(1);
      await started.clock.advance(TIMES.calmSeconds / 2);
      const before = started.host.reports.length;
      asks(started.keeper);
      await started.clock.advance(TIMES.busySeconds / 2);
      expect(started.host.reports.length).toBe(before + 1);
      expect(started.host.reports.at(-1)).toMatchObject({ wanted: 3, inFlight: 2 });
    });

    test("come at once when a slot comes back that nobody here wants", async () => {
      const { host, keeper, clock } = start();
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(1);
      const before = host.reports.length;
      keeper.release();
      await clock.advance(TIMES.leastSeconds);
      expect(host.reports.length).toBe(before + 1);
      expect(host.reports.at(-1)).toMatchObject({ wanted: 1, inFlight: 1 });
    });

    test("do not come for a slot that the next target wants within a moment", async () => {
      const { host, keeper, clock } = start();
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(1);
      const before = host.reports.length;
      keeper.release();
      await clock.advance(0.004);
      asks(keeper);
      await clock.advance(0.1);
      expect([host.reports.length, keeper.inFlight]).toEqual([before, 2]);
    });

    test("come at once when slots come back that are others' by now, and one tells of several", async () => {
      const { host, keeper, clock } = start();
      host.grant = { ...host.grant, allowed: 3 };
      const askers = [asks(keeper), asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      host.grant = { ...host.grant, allowed: 1 };
      await clock.advance(TIMES.busySeconds);
      host.reports.splice(0);
      keeper.release();
      keeper.release();
      await clock.advance(TIMES.leastSeconds);
      expect(host.reports).toEqual([{ wanted: 2, inFlight: 1, outcomes: "" }]);
      expect(startedOf(askers)).toBe(3);
    });

    test("come as soon as others gave a slot back that somebody waits for here", async () => {
      const { host, keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(TIMES.busySeconds);
      const before = host.reports.length;
      host.room = true;
      host.grant = { ...host.grant, allowed: 3 };
      await clock.advance(2 * TIMES.leastSeconds);
      expect([host.reports.length, startedOf(askers)]).toEqual([before + 1, 3]);
    });

    test("are not looked beyond while nobody waits, nor in a pause", async () => {
      const { host, keeper, clock } = start();
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(2);
      expect(host.looks).toBe(0);
      await keeper.pause(60, "throttled");
      asks(keeper);
      await clock.advance(2);
      expect(host.looks).toBe(0);
    });

    test("are looked beyond some ten times while a request takes its time, and not in between where requests take long", async () => {
      async function looksInASecond(requestSeconds: number): Promise<number> {
        const { host, keeper, clock } = start();
        Array.from({ length: 30 }, () => asks(keeper));
        for (let request = 0; request < 10; request += 1) {
          await clock.advance(requestSeconds);
          keeper.release();
          keeper.release();
        }
        host.looks = 0;
        await clock.advance(1);
        return host.looks;
      }
      // Of each fifth of a second the last look is a renewal.
      expect(await looksInASecond(0.5)).toBe(15);
      expect(await looksInASecond(0.05)).toBeGreaterThan(30);
      expect(await looksInASecond(4)).toBe(0);
    });

    test("tell each outcome once, in order", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      keeper.answered(false);
      keeper.answered(true);
      await clock.advance(1);
      keeper.answered(false);
      await clock.advance(2);
      expect(host.reports.map(({ outcomes }) => outcomes).join("|").replaceAll(/\|+/g, "|")).toBe("|.x|.|");
    });

    test("tell what came in while one was under way with the next", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      keeper.answered(true);
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.busySeconds);
      keeper.answered(false);
      host.renewing = null;
      answer();
      await clock.advance(TIMES.calmSeconds);
      expect(host.reports.map(({ outcomes }) => outcomes).filter((outcomes) => outcomes !== "")).toEqual(["x", "."]);
    });

    test("lose no outcome when one fails, nor what came in while it was under way", async () => {
      const { host, keeper, clock, ended } = start();
      await clock.advance(0.1);
      keeper.answered(true);
      let fail: (error: Error) => void = () => undefined;
      host.renewing = new Promise((_, reject) => (fail = reject));
      await clock.advance(1);
      keeper.answered(false);
      fail(new Error("no database"));
      expect(await ended).toEqual(new Error("no database"));
      host.renewing = null;
      const again = new AbortController();
      const second = keeper.run(again.signal);
      await clock.advance(0.1);
      again.abort();
      await second;
      expect(host.reports.at(-1)?.outcomes).toBe("x.");
    });

    test("end when they are to, without waiting for the next", async () => {
      const { clock, ended, stop } = start();
      await clock.advance(1);
      stop();
      expect(await ended).toBeNull();
    });
  });

  describe("a pause", () => {
    test("of our own stops at once and is written for everybody", async () => {
      const { host, keeper, clock } = start();
      const first = asks(keeper);
      await clock.advance(0.1);
      const paused = keeper.pause(5, "throttled");
      const second = asks(keeper);
      await paused;
      await clock.advance(4.5);
      expect([first.started, second.started]).toEqual([true, false]);
      expect(keeper.pausedFor).toBe("throttled");
      expect(host.pauses).toEqual([[5, "throttled"]]);
      await clock.advance(1);
      expect(second.started).toBe(true);
      expect(keeper.pausedFor).toBeNull();
    });

    test("of another process is seen at the next renewal", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      host.grant = { ...host.grant, pausedSeconds: 3, pauseReason: "throttled" };
      await clock.advance(TIMES.calmSeconds);
      const targetClient = asks(keeper);
      host.grant = { ...host.grant, pausedSeconds: 0, pauseReason: null };
      await clock.advance(2);
      expect(targetClient.started).toBe(false);
      await clock.advance(1);
      expect(targetClient.started).toBe(true);
    });

    test("is not shortened by a renewal that was read before it was written", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.busySeconds);
      await keeper.pause(5, "throttled");
      host.renewing = null;
      answer();
      const targetClient = asks(keeper);
      await clock.advance(4);
      expect(targetClient.started).toBe(false);
      expect(keeper.pausedFor).toBe("throttled");
    });
  });

  describe("the lease", () => {
    /** Renewals hang from now on; the last one that succeeded was sent within the last second. */
    async function hang({ host, clock }: { host: FakeHost; clock: FakeClock }): Promise<() => void> {
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.calmSeconds);
      return () => {
        host.renewing = null;
        answer();
      };
    }

    test("that was not renewed for two thirds of its time aborts what is under way, and nothing new starts", async () => {
      const started = start();
      const { keeper, clock } = started;
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(0.1);
      const { lease } = keeper;
      await hang(started);
      await clock.advance(9);
      expect(lease.aborted).toBe(false);
      await clock.advance(1);
      expect(lease.aborted).toBe(true);
      expect(keeper.held).toBe(0);
      expect(keeper.lease.aborted).toBe(false);
      keeper.release();
      keeper.release();
      const targetClient = asks(keeper);
      await clock.advance(60);
      expect(targetClient.started).toBe(false);
    });

    test("that is renewed again lets asking go on", async () => {
      const started = start();
      const { keeper, clock } = started;
      await clock.advance(0.1);
      const goOn = await hang(started);
      await clock.advance(20);
      const targetClient = asks(keeper);
      goOn();
      await clock.advance(1);
      expect(targetClient.started).toBe(true);
      expect(keeper.lease.aborted).toBe(false);
    });

    test("is not that of a renewal that took longer than it: others may hold by now what it granted", async () => {
      const started = start();
      const { host, keeper, clock } = started;
      await clock.advance(0.1);
      const goOn = await hang(started);
      await clock.advance(20);
      const targetClient = asks(keeper);
      const before = host.reports.length;
      goOn();
      await settled();
      expect([keeper.held, targetClient.started]).toEqual([0, false]);
      await clock.advance(TIMES.busySeconds);
      expect([host.reports.length, keeper.held, targetClient.started]).toEqual([before + 1, 2, true]);
    });

    test("ends with the keeper: nothing is aborted later", async () => {
      const { keeper, clock, ended, stop } = start();
      await clock.advance(1);
      const { lease } = keeper;
      stop();
      await ended;
      await clock.advance(60);
      expect(lease.aborted).toBe(false);
    });
  });

  describe("an ill host", () => {
    function ill(): ReturnType<typeof start> {
      const host = new FakeHost();
      host.grant = { ...host.grant, allowed: 2, circuitOpen: true };
      return start(host);
    }

    test("is asked by nobody who has no turn to probe", async () => {
      const { host, keeper, clock } = ill();
      host.mayProbe = false;
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(60);
      expect(startedOf(askers)).toBe(0);
      expect(keeper.pausedFor).toBe("illness");
    });

    test("is asked by one request at a time as the probe, and all go on when it had a good answer", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(10);
      expect(startedOf(askers)).toBe(1);
      expect(host.probes).toBe(1);
      keeper.answered(false);
      keeper.release();
      await clock.advance(1);
      expect(host.wells).toBe(1);
      expect(startedOf(askers)).toBe(2);
      expect(keeper.pausedFor).toBeNull();
    });

    test("stays ill after a probe with the provider's own error, until the next one", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(1);
      host.mayProbe = false;
      keeper.answered(true);
      keeper.release();
      await clock.advance(5);
      expect([startedOf(askers), host.wells]).toEqual([1, 0]);
      host.mayProbe = true;
      await clock.advance(1);
      expect([startedOf(askers), host.probes]).toEqual([2, 2]);
    });

    test("is probed anew when the probe was aborted and had no outcome", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(1);
      keeper.release();
      await clock.advance(1);
      expect([startedOf(askers), host.probes]).toEqual([2, 2]);
    });

    test("is probed by the canary where there is one: those who wait may be the very ones that it fails on", async () => {
      const { host, keeper, clock } = ill();
      const outcomes: ((well: boolean) => void)[] = [];
      keeper.probeWith(async () => {
        await keeper.acquire(never, true);
        const well = await new Promise<boolean>((resolve) => outcomes.push(resolve));
        keeper.answered(!well);
        keeper.release();
        return well;
      });
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(2);
      expect([outcomes.length, startedOf(askers)]).toEqual([1, 0]);
      outcomes[0]!(false);
      await clock.advance(2);
      expect([outcomes.length, startedOf(askers), host.wells]).toEqual([2, 0, 0]);
      // What is not the canary's outcome decides nothing.
      keeper.answered(false);
      await clock.advance(2);
      expect(host.wells).toBe(0);
      outcomes[1]!(true);
      await clock.advance(2);
      expect([startedOf(askers), host.wells]).toEqual([2, 1]);
    });

    test("is probed again when the canary could not be asked at all", async () => {
      const { host, keeper, clock } = ill();
      keeper.probeWith(() => Promise.reject(new Error("no connection")));
      asks(keeper);
      await clock.advance(1);
      expect(host.probes).toBeGreaterThan(1);
      expect(host.wells).toBe(0);
    });

    test("is not probed while nobody has anything to ask", async () => {
      const { host, clock } = ill();
      await clock.advance(60);
      expect(host.probes).toBe(0);
    });
  });

  describe("the time in which nobody asks", () => {
    test("is counted by why: a pause of our own, one that a renewal tells, and illness", async () => {
      const { host, keeper, clock } = start();
      await settled();
      expect(keeper.pausedSeconds).toEqual({});
      await keeper.pause(3, "throttled");
      await clock.advance(10);
      expect(keeper.pausedSeconds).toEqual({ throttled: 3 });
      host.grant = { ...host.grant, pausedSeconds: 2, pauseReason: "throttled" };
      await clock.advance(0.8);
      host.grant = { ...host.grant, pausedSeconds: 0, pauseReason: null };
      await clock.advance(10);
      const { throttled } = keeper.pausedSeconds;
      expect(throttled).toBeGreaterThanOrEqual(5);
      expect(throttled).toBeLessThan(6);
      host.grant = { ...host.grant, circuitOpen: true };
      await clock.advance(0.8);
      await clock.advance(4);
      host.grant = { ...host.grant, circuitOpen: false };
      await clock.advance(10);
      expect(keeper.pausedSeconds).toEqual({ throttled, illness: expect.closeTo(4.8, 0) as number });
    });

    test("is none where nothing pauses, however long nobody asks", async () => {
      const { keeper, clock } = start();
      await clock.advance(60);
      expect(keeper.pausedSeconds).toEqual({});
    });
  });

  test("how many requests were in flight for how long is known, of those under way too", async () => {
    const { keeper, clock } = start();
    await settled();
    await Promise.all([keeper.acquire(never), keeper.acquire(never)]);
    await clock.advance(2);
    keeper.release();
    await clock.advance(1);
    expect(keeper.inFlightSeconds).toBe(5);
  });
});

describe("paused time", () => {
  function aClock(): { now: number; monotonic: () => number } {
    const clock = { now: 5_000, monotonic: () => clock.now };
    return clock;
  }

  test("counts nothing while nothing is paused", () => {
    const clock = aClock();
    const paused = new PausedTime(clock);
    clock.now += 10_000;
    expect(paused.seconds).toEqual({});
  });

  test("counts a pause while it lasts, and to its end only, however late it is asked", () => {
    const clock = aClock();
    const paused = new PausedTime(clock);
    paused.turn({ reason: "throttled", until: 8_000 });
    clock.now += 1_000;
    expect(paused.seconds).toEqual({ throttled: 1 });
    clock.now += 60_000;
    expect(paused.seconds).toEqual({ throttled: 3 });
    expect(paused.seconds).toEqual({ throttled: 3 });
  });

  test("counts no moment twice where a pause is lengthened, and each for what held then", () => {
    const clock = aClock();
    const paused = new PausedTime(clock);
    paused.turn({ reason: "throttled", until: 8_000 });
    clock.now += 2_000;
    paused.turn({ reason: "throttled", until: 9_000 });
    clock.now += 1_000;
    paused.turn({ reason: "illness", until: Infinity });
    clock.now += 60_000;
    paused.turn({ reason: "throttled", until: 9_000 });
    clock.now += 60_000;
    expect(paused.seconds).toEqual({ throttled: 3, illness: 60 });
  });
});

describe("request time", () => {
  test("the mean time of requests comes from how many were in flight for how long", () => {
    let now = 5_000;
    const time = new RequestTime({ monotonic: () => now });
    expect(time.meanSeconds).toBe(0);
    time.started();
    now += 1000;
    time.started();
    now += 2000;
    expect(time.meanSeconds).toBe(0);
    expect(time.inFlightSeconds).toBe(5);
    time.ended();
    now += 1000;
    time.ended();
    now += 60_000;
    expect(time.meanSeconds).toBe(3);
    expect(time.inFlightSeconds).toBe(6);
  });
});
