import { afterEach, describe, expect, test } from "vitest";
import type { HostRepository, SlotGrant, SlotReport } from "../../../src/batch/host-repository.ts";
import { SlotKeeper } from "../../../src/batch/slots.ts";
import { PausedTime, RequestTime } from "../../../src/batch/time-meters.ts";
import { waitText } from "../../../src/model/wait.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";

describe("slots", () => {
  const TIMES = { leaseSeconds: 15, busySeconds: 0.2, calmSeconds: 0.8, leastSeconds: 0.02, turnSeconds: 0.005 };

  const NO_FACTS = { pausedSince: null, circuitSince: 0, nextProbe: 0, lastError: null, holders: [] };

  /** A host's row as a test wants it to be; every renewal says what `grant` says then. */
  class FakeHost implements HostRepository {
    readonly name = "127.0.0.1:9";
    grant: SlotGrant = { allowed: 2, limit: 8, pausedSeconds: 0, pauseReason: null, circuitOpen: false, facts: NO_FACTS };
    /** Set: renewals wait for it before they answer, or fail with what it fails with. */
    renewing: Promise<void> | null = null;
    mayProbe = true;
    readonly reports: SlotReport[] = [];
    readonly pauses: [number, string, string][] = [];
    room = false;
    polls = 0;
    probes = 0;
    closings = 0;
    releases = 0;

    async renew(report: SlotReport): Promise<SlotGrant> {
      this.reports.push(report);
      const read = this.grant;
      await this.renewing;
      return this.renewing === null ? this.grant : read;
    }

    async hasRoom(): Promise<boolean> {
      this.polls += 1;
      return Promise.resolve(this.room);
    }

    async pause(seconds: number, reason: string, error: string): Promise<void> {
      this.pauses.push([seconds, reason, error]);
      return Promise.resolve();
    }

    async takeProbe(): Promise<boolean> {
      if (this.mayProbe) this.probes += 1;
      return Promise.resolve(this.mayProbe);
    }

    async closeCircuit(): Promise<void> {
      this.closings += 1;
      this.grant = { ...this.grant, circuitOpen: false };
      return Promise.resolve();
    }

    async release(): Promise<void> {
      this.releases += 1;
      return Promise.resolve();
    }
  }

  /** A request for a slot. */
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
    test("let that many requests start, and never more", async () => {
      const { keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      expect(startedOf(askers)).toBe(2);
      expect(keeper.inFlight).toBe(2);
      expect(keeper.wanted).toBe(3);
      await clock.advance(5);
      expect(startedOf(askers)).toBe(2);
    });

    test("are taken without a wait while some are free, and otherwise in the order of requests", async () => {
      const { keeper, clock } = start();
      await clock.advance(0.1);
      const [first, second, third] = [asks(keeper), asks(keeper), asks(keeper)];
      await settled();
      expect([first.started, second.started, third.started]).toEqual([true, true, false]);
    });

    test("go to the next waiting request when one is released", async () => {
      const { keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      keeper.release();
      await settled();
      expect(askers.map(({ started }) => started)).toEqual([true, true, true, false]);
      expect(keeper.inFlight).toBe(2);
    });

    test("go to waiting requests when a renewal allows more", async () => {
      const { host, keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(0.1);
      host.grant = { ...host.grant, allowed: 3 };
      await clock.advance(TIMES.busySeconds);
      expect(startedOf(askers)).toBe(3);
    });

    test("are not reused when a renewal allows fewer than are in flight", async () => {
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

    test("start no more requests than a renewal reported while it is under way: it may give the rest to other processes", async () => {
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

    test("do not go to a request that was aborted", async () => {
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

    test("are given back by close()", async () => {
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
      "come often while a request waits for a slot": { held: 2, askers: 3, every: TIMES.busySeconds },
      "come often while a slot waits for a request: another process may want it": { held: 2, askers: 1, every: TIMES.busySeconds },
      "come seldom while every request has a slot": { held: 2, askers: 2, every: TIMES.calmSeconds },
    };

    test.each(Object.entries(cases))("%s", async (_, { held, askers, every }) => {
      const started = start();
      started.host.grant = { ...started.host.grant, allowed: held };
      for (let targetClient = 0; targetClient < askers; targetClient += 1) asks(started.keeper);
      await started.clock.advance(1);
      expect(await renewalsIn(8, started)).toBe(8 / every);
    });

    test("come soon once a request waits, even between two slow ones", async () => {
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

    test("come at once when a slot comes free that no request here wants", async () => {
      const { host, keeper, clock } = start();
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(1);
      const before = host.reports.length;
      keeper.release();
      await clock.advance(TIMES.leastSeconds);
      expect(host.reports.length).toBe(before + 1);
      expect(host.reports.at(-1)).toMatchObject({ wanted: 1, inFlight: 1 });
    });

    test("do not come for a slot that the next target takes within a moment", async () => {
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

    test("come at once when slots come free that are due to other processes, one for several slots", async () => {
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
      expect(host.reports).toEqual([{ wanted: 2, inFlight: 1, lastError: null, outcomes: "" }]);
      expect(startedOf(askers)).toBe(3);
    });

    test("come as soon as another process gave back a slot that a request here waits for", async () => {
      const { host, keeper, clock } = start();
      const askers = [asks(keeper), asks(keeper), asks(keeper)];
      await clock.advance(TIMES.busySeconds);
      const before = host.reports.length;
      host.room = true;
      host.grant = { ...host.grant, allowed: 3 };
      await clock.advance(2 * TIMES.leastSeconds);
      expect([host.reports.length, startedOf(askers)]).toEqual([before + 1, 3]);
    });

    test("are not preceded by polls while no request waits, or during a pause", async () => {
      const { host, keeper, clock } = start();
      [asks(keeper), asks(keeper)].forEach(() => undefined);
      await clock.advance(2);
      expect(host.polls).toBe(0);
      await keeper.pause(60, "throttled", "HTTP 429");
      asks(keeper);
      await clock.advance(2);
      expect(host.polls).toBe(0);
    });

    test("are preceded by some ten polls in the time of one request, so by few where requests take long", async () => {
      async function looksInASecond(requestSeconds: number): Promise<number> {
        const { host, keeper, clock } = start();
        Array.from({ length: 30 }, () => asks(keeper));
        for (let request = 0; request < 10; request += 1) {
          await clock.advance(requestSeconds);
          keeper.release();
          keeper.release();
        }
        host.polls = 0;
        await clock.advance(1);
        return host.polls;
      }
      // Of each fifth of a second the last look is a renewal.
      expect(await looksInASecond(0.5)).toBe(15);
      expect(await looksInASecond(0.05)).toBeGreaterThan(30);
      expect(await looksInASecond(4)).toBe(0);
    });

    test("report each outcome once, in order", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      keeper.answered(false, null);
      keeper.answered(true, "HTTP 503");
      await clock.advance(1);
      keeper.answered(false, null);
      await clock.advance(2);
      expect(host.reports.map(({ outcomes }) => outcomes).join("|").replaceAll(/\|+/g, "|")).toBe("|.x|.|");
    });

    test("report an outcome that arrives while one is under way with the next", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      keeper.answered(true, "HTTP 503");
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.busySeconds);
      keeper.answered(false, null);
      host.renewing = null;
      answer();
      await clock.advance(TIMES.calmSeconds);
      expect(host.reports.map(({ outcomes }) => outcomes).filter((outcomes) => outcomes !== "")).toEqual(["x", "."]);
    });

    test("lose no outcome when one fails, not even one that arrived meanwhile", async () => {
      const { host, keeper, clock, ended } = start();
      await clock.advance(0.1);
      keeper.answered(true, "HTTP 503");
      let fail: (error: Error) => void = () => undefined;
      host.renewing = new Promise((_, reject) => (fail = reject));
      await clock.advance(1);
      keeper.answered(false, null);
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

    test("stop with the signal, without waiting for the next", async () => {
      const { clock, ended, stop } = start();
      await clock.advance(1);
      stop();
      expect(await ended).toBeNull();
    });
  });

  describe("what it waits for", () => {
    test("is nothing while a request may start, or none is wanted", async () => {
      const { keeper, clock } = start();
      await clock.advance(1);
      expect(keeper.wait).toBeNull();
      asks(keeper);
      await clock.advance(1);
      expect(keeper.wait).toBeNull();
    });

    test("is an unhealthy host: since when, when it is probed next, and what any process met last", async () => {
      const { host, keeper, clock } = start();
      const at = clock.now() / 1000;
      host.grant = { ...host.grant, circuitOpen: true, facts: { ...NO_FACTS, circuitSince: at - 60, nextProbe: at + 240, lastError: "no connection to 127.0.0.1:9" } };
      await clock.advance(1);
      expect(keeper.wait).toEqual({ for: "illness", what: "127.0.0.1:9 is unhealthy", since: at - 60, until: at + 240, error: "no connection to 127.0.0.1:9" });
    });

    test("is a paused host: since when and until when, and what the provider answered", async () => {
      const { keeper, clock } = start();
      await clock.advance(1);
      keeper.answered(false, "HTTP 429: slow down");
      await keeper.pause(30, "throttled", "HTTP 429: slow down");
      const wait = keeper.wait!;
      expect(wait).toMatchObject({ for: "throttled", what: "127.0.0.1:9 is paused", error: "HTTP 429: slow down" });
      expect(wait.until! - clock.now() / 1000).toBeCloseTo(30);
    });

    test("is a slot that other sweeps use, since no request could start", async () => {
      const { host, keeper, clock } = start();
      host.grant = { ...host.grant, allowed: 0, facts: { ...NO_FACTS, holders: ["daily-20261120"] } };
      await clock.advance(1);
      const since = clock.now() / 1000;
      asks(keeper);
      await clock.advance(5);
      expect(keeper.wait).toEqual({ for: "slots", what: "all 8 slots of 127.0.0.1:9 are used by daily-20261120", since, until: null, error: null });
      host.grant = { ...host.grant, allowed: 1 };
      await clock.advance(1);
      expect(keeper.wait).toBeNull();
    });

    test("is told with every process's last error of the provider's own", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(1);
      keeper.answered(true, "HTTP 503");
      await clock.advance(1);
      await clock.advance(1);
      expect(host.reports.map(({ lastError }) => lastError).filter((error) => error !== null)).toEqual(["HTTP 503"]);
      expect(waitText({ for: "illness", what: "127.0.0.1:9 is unhealthy", since: 0, until: 60, error: "HTTP 503" })).toBe("127.0.0.1:9 is unhealthy (since 00:00:00, next probe 00:01:00 UTC): HTTP 503");
    });
  });

  describe("a pause", () => {
    test("of our own stops requests here at once, and is stored for every process", async () => {
      const { host, keeper, clock } = start();
      const first = asks(keeper);
      await clock.advance(0.1);
      const paused = keeper.pause(5, "throttled", "HTTP 429");
      const second = asks(keeper);
      await paused;
      await clock.advance(4.5);
      expect([first.started, second.started]).toEqual([true, false]);
      expect(keeper.pausedFor).toBe("throttled");
      expect(host.pauses).toEqual([[5, "throttled", "HTTP 429"]]);
      await clock.advance(1);
      expect(second.started).toBe(true);
      expect(keeper.pausedFor).toBeNull();
    });

    test("of another process takes effect with the next renewal", async () => {
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

    test("is not shortened by a renewal that was read before the pause was stored", async () => {
      const { host, keeper, clock } = start();
      await clock.advance(0.1);
      let answer = (): void => undefined;
      host.renewing = new Promise((resolve) => (answer = resolve));
      await clock.advance(TIMES.busySeconds);
      await keeper.pause(5, "throttled", "HTTP 429");
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

    test("without a renewal for two thirds of its time aborts the requests in flight, and none starts", async () => {
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

    test("that is renewed again lets requests start again", async () => {
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

    test("ignores a renewal that took longer than the lease: other processes may have got its slots", async () => {
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

  describe("a host whose circuit is open", () => {
    function ill(): ReturnType<typeof start> {
      const host = new FakeHost();
      host.grant = { ...host.grant, allowed: 2, circuitOpen: true };
      return start(host);
    }

    test("gets no request from a process whose turn to probe it is not", async () => {
      const { host, keeper, clock } = ill();
      host.mayProbe = false;
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(60);
      expect(startedOf(askers)).toBe(0);
      expect(keeper.pausedFor).toBe("illness");
    });

    test("gets one request at a time as the probe, and all others after a good answer", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(10);
      expect(startedOf(askers)).toBe(1);
      expect(host.probes).toBe(1);
      keeper.answered(false, null);
      keeper.release();
      await clock.advance(1);
      expect(host.closings).toBe(1);
      expect(startedOf(askers)).toBe(2);
      expect(keeper.pausedFor).toBeNull();
    });

    test("stays closed to requests after a probe with the provider's own error, until the next one", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(1);
      host.mayProbe = false;
      keeper.answered(true, "HTTP 503");
      keeper.release();
      await clock.advance(5);
      expect([startedOf(askers), host.closings]).toEqual([1, 0]);
      host.mayProbe = true;
      await clock.advance(1);
      expect([startedOf(askers), host.probes]).toEqual([2, 2]);
    });

    test("gets another probe when one was aborted without an outcome", async () => {
      const { host, keeper, clock } = ill();
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(1);
      keeper.release();
      await clock.advance(1);
      expect([startedOf(askers), host.probes]).toEqual([2, 2]);
    });

    test("gets a canary as its probe if there is one: the waiting targets may be the very ones that it fails on", async () => {
      const { host, keeper, clock } = ill();
      const outcomes: ((well: boolean) => void)[] = [];
      keeper.probeWith(async () => {
        await keeper.acquire(never, true);
        const well = await new Promise<boolean>((resolve) => outcomes.push(resolve));
        keeper.answered(!well, well ? null : "HTTP 503");
        keeper.release();
        return well;
      });
      const askers = [asks(keeper), asks(keeper)];
      await clock.advance(2);
      expect([outcomes.length, startedOf(askers)]).toEqual([1, 0]);
      outcomes[0]!(false);
      await clock.advance(2);
      expect([outcomes.length, startedOf(askers), host.closings]).toEqual([2, 0, 0]);
      // What is not the canary's outcome decides nothing.
      keeper.answered(false, null);
      await clock.advance(2);
      expect(host.closings).toBe(0);
      outcomes[1]!(true);
      await clock.advance(2);
      expect([startedOf(askers), host.closings]).toEqual([2, 1]);
    });

    test("gets another probe when the canary could not be asked at all", async () => {
      const { host, keeper, clock } = ill();
      keeper.probeWith(() => Promise.reject(new Error("no connection")));
      asks(keeper);
      await clock.advance(1);
      expect(host.probes).toBeGreaterThan(1);
      expect(host.closings).toBe(0);
    });

    test("gets no probe while no request waits", async () => {
      const { host, clock } = ill();
      await clock.advance(60);
      expect(host.probes).toBe(0);
    });
  });

  describe("the time without requests", () => {
    test("is counted by reason: a pause of our own, one of another process, and an open circuit", async () => {
      const { host, keeper, clock } = start();
      await settled();
      expect(keeper.pausedSeconds).toEqual({});
      await keeper.pause(3, "throttled", "HTTP 429");
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

    test("is zero without a pause, however long no request is sent", async () => {
      const { keeper, clock } = start();
      await clock.advance(60);
      expect(keeper.pausedSeconds).toEqual({});
    });
  });

  test("the time in flight is summed up, including requests under way", async () => {
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

  test("counts a pause while it lasts, and only to its end, however late it is read", () => {
    const clock = aClock();
    const paused = new PausedTime(clock);
    paused.turn({ reason: "throttled", until: 8_000 });
    clock.now += 1_000;
    expect(paused.seconds).toEqual({ throttled: 1 });
    clock.now += 60_000;
    expect(paused.seconds).toEqual({ throttled: 3 });
    expect(paused.seconds).toEqual({ throttled: 3 });
  });

  test("counts no time twice when a pause is lengthened, and each for its own reason", () => {
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
  test("the mean time of a request is the time in flight over the requests that ended", () => {
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
