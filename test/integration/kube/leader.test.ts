import { expect, test } from "vitest";
import { LeaderElector, type LeadEnd, type Term } from "../../../src/kube/leader.ts";
import { JOBS, type Lease, LEASES } from "../../../src/kube/object.ts";
import { NotLeading, type WriteGate } from "../../../src/kube/requests.ts";
import type { Clock } from "../../../src/model/clock.ts";
import type { KubeApi } from "../../support/kube/simulated-api/server.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";
import { until } from "../../support/time/until.ts";
import { aClient, aJob, anApi, atTheEnd } from "./apis.ts";

const LEASE = { namespace: "sluice", name: "sluice-controller" };

interface Candidate {
  readonly elector: LeaderElector;
  readonly news: string[];
  /** The gate of its term; undefined before it leads. */
  readonly gate: () => WriteGate | undefined;
  /** Aborted when the lease is lost; undefined before it leads. */
  readonly lost: () => AbortSignal | undefined;
  readonly stop: () => void;
  /** Lets its work end. */
  readonly finish: (error?: Error) => void;
  readonly end: Promise<LeadEnd>;
}

function aCandidate(api: KubeApi, clock: FakeClock, identity: string, own: Clock = clock): Candidate {
  const news: string[] = [];
  const elector = new LeaderElector({ client: aClient(api, { clock }), clock: own, random: () => 0, ...LEASE, pod: `pod-of-${identity}`, identity, report: ({ message }) => news.push(message) });
  const stopping = new AbortController();
  const worked = Promise.withResolvers<undefined>();
  worked.promise.catch(() => undefined);
  let term: Term | undefined;
  const end = elector.lead(stopping.signal, (begun) => {
    term = begun;
    // As the controller: it ends when it may not write any more.
    begun.lost.addEventListener("abort", () => worked.resolve(undefined), { once: true });
    return worked.promise;
  });
  end.catch(() => undefined);
  const finish = (error?: Error): void => (error === undefined ? worked.resolve(undefined) : worked.reject(error));
  atTheEnd(async () => {
    stopping.abort();
    finish();
    let hasEnded = false;
    void end.catch(() => undefined).then(() => (hasEnded = true));
    // By a clock that stands still it would wait for an answer for ever.
    await until("it has ended", async () => {
      await clock.advance(1);
      return hasEnded;
    });
  });
  return { elector, news, gate: () => term?.assertHeld, lost: () => term?.lost, stop: () => stopping.abort(), finish, end };
}

/** Moves the clocks on, half a second at a time, until it is so. @returns how many seconds passed */
async function pass(clock: FakeClock, what: string, isSo: () => boolean): Promise<number> {
  const from = clock.monotonic();
  await until(what, async () => {
    await settled();
    if (!isSo()) await clock.advance(0.5);
    return isSo();
  });
  return (clock.monotonic() - from) / 1000;
}

const record = (api: KubeApi): Lease["spec"] => api.objects.get(LEASES, LEASE).spec;
const leads = (candidate: Candidate) => (): boolean => candidate.elector.isHeld;

test("creates the lease, leads, and renews it while it works", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  expect(record(api)).toMatchObject({ holderIdentity: "one", leaseDurationSeconds: 15, leaseTransitions: 0 });
  expect(record(api)!.renewTime).toMatch(/^2026-11-21T05:00:00\.000000Z$/);
  for (let second = 0; second < 60; second += 1) {
    await clock.advance(1);
    await until("nothing is asked for", () => one.elector.isHeld);
  }
  expect(one.elector.isHeld).toBe(true);
  expect(one.news).toEqual(["one leads"]);
});

test("lets one of two lead, and the other when the first gives back, at once", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  const two = aCandidate(api, clock, "two");
  await pass(clock, "two has seen it", () => two.elector.holder === "one");
  one.stop();
  await settled();
  expect(one.elector.isHeld).toBe(true);
  one.finish();
  expect(await one.end).toBe("given-back");
  expect(record(api)).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
  expect(await pass(clock, "two leads", leads(two))).toBeLessThanOrEqual(3);
  expect(record(api)).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
});

test("lets one lead alone when both start at the same moment", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const both = [aCandidate(api, clock, "one"), aCandidate(api, clock, "two")];
  await pass(clock, "one leads", () => both.some(({ elector }) => elector.isHeld));
  for (let second = 0; second < 40; second += 1) {
    await clock.advance(0.5);
    await settled();
    expect(both.filter(({ elector }) => elector.isHeld).length).toBeLessThanOrEqual(1);
  }
  await pass(clock, "both know who leads", () => both.every(({ news }) => news.length > 0));
  expect(new Set(both.flatMap(({ news }) => news)).size).toBe(1);
});

test("never lets two lead, however long either cannot reach the server", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  let candidates: Candidate[] = [];
  let begun = 0;
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  let leaders = 0;
  for (let step = 0; step < 300; step += 1) {
    // Who lost the lease begins anew as another, as a process does.
    candidates = candidates.filter(({ lost }) => lost()?.aborted !== true);
    while (candidates.length < 3) candidates.push(aCandidate(api, clock, `number ${(begun += 1)}`));
    if (random(12) === 0) api.fail({ resource: "leases", times: 1 + random(12), how: (["cut before", "cut after", "silence", { status: 500 }] as const)[random(4)]! });
    await clock.advance(0.5);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const leading = candidates.filter(({ elector }) => elector.isHeld);
    expect(leading.length).toBeLessThanOrEqual(1);
    for (const { elector } of leading) expect(record(api)!.holderIdentity).toBe(elector.holder);
    leaders += leading.length;
  }
  expect(leaders).toBeGreaterThan(50);
  expect(begun).toBeGreaterThan(4);
});

test("takes a dead leader's lease only after it was unchanged for fifteen seconds, whatever the times in it say", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const long = "2001-01-01T00:00:00.000000Z";
  api.objects.create(LEASES, { metadata: LEASE, spec: { holderIdentity: "dead", leaseDurationSeconds: 15, acquireTime: long, renewTime: long, leaseTransitions: 4 } });
  const two = aCandidate(api, clock, "two");
  const seconds = await pass(clock, "two leads", leads(two));
  expect(seconds).toBeGreaterThanOrEqual(15);
  expect(seconds).toBeLessThanOrEqual(20);
  expect(record(api)).toMatchObject({ holderIdentity: "two", leaseTransitions: 5 });
});

test("closes the gate ten seconds after the last renewal, and reports that the lease is lost", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  await pass(clock, "it is renewed", () => api.counts.get("update leases") === 1);
  await api.goAway();
  const from = clock.monotonic();
  await clock.advance(9);
  expect(one.elector.isHeld).toBe(true);
  await clock.advance(1);
  expect(one.elector.isHeld).toBe(false);
  expect(() => one.gate()!()).toThrow(NotLeading);
  expect(await one.end).toBe("lost");
  expect(one.lost()!.aborted).toBe(true);
  expect((clock.monotonic() - from) / 1000).toBeLessThanOrEqual(11);
  expect(one.news.at(-1)).toMatch(/^The lease cannot be renewed or read: .*ECONNREFUSED/);
});

test("closes the gate of a process that was frozen for long, before any of its timers runs", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  let stopped = 0;
  const one = aCandidate(api, clock, "one", { now: () => clock.now(), monotonic: () => clock.monotonic() + stopped, sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal) });
  await pass(clock, "one leads", leads(one));
  stopped = 10_000;
  expect(one.elector.isHeld).toBe(false);
});

test("is lost as soon as another is seen to have it", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  api.objects.change(LEASES, LEASE, (lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity: "two" } }));
  expect(await pass(clock, "one is told", () => one.lost()!.aborted)).toBeLessThanOrEqual(4);
  expect(await one.end).toBe("lost");
  expect(record(api)!.holderIdentity).toBe("two");
});

test("continues when a renewal succeeded but its answer was lost", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  for (let round = 0; round < 5; round += 1) {
    const renewed = api.counts.get("update leases") ?? 0;
    api.fail({ verb: "update", resource: "leases", times: 1, how: "cut after" });
    await pass(clock, "it is renewed again", () => (api.counts.get("update leases") ?? 0) >= renewed + 3);
  }
  expect(one.elector.isHeld).toBe(true);
});

test("keeps the lease when the work does not end within four seconds", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  one.stop();
  await clock.advance(3.5);
  expect(one.lost()!.aborted).toBe(false);
  await clock.advance(0.5);
  expect(await one.end).toBe("kept");
  expect(one.lost()!.aborted).toBe(true);
  expect(one.elector.isHeld).toBe(false);
  expect(record(api)!.holderIdentity).toBe("one");
});

test("lets no write pass once the work has ended, and gives back after an error too", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  const gated = aClient(api, { gate: one.gate()! });
  await gated.create(JOBS, aJob("leading"));
  one.finish(new Error("a fault of ours"));
  await expect(one.end).rejects.toThrow("a fault of ours");
  await expect(gated.create(JOBS, aJob("late"))).rejects.toThrow(NotLeading);
  expect(record(api)!.holderIdentity).toBe("");
});

test("leaves nothing behind when it is stopped before it leads", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const one = aCandidate(api, clock, "one");
  await pass(clock, "one leads", leads(one));
  const two = aCandidate(api, clock, "two");
  await pass(clock, "two has seen it", () => two.elector.holder === "one");
  two.stop();
  expect(await two.end).toBe("never-led");
  expect(two.lost()).toBeUndefined();
  expect(record(api)!.holderIdentity).toBe("one");
});

test("gives back a lease that it took without an answer, when it is stopped meanwhile", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  api.fail({ verb: "create", resource: "leases", times: 1, how: "cut after" });
  const one = aCandidate(api, clock, "one");
  await pass(clock, "the lease is there", () => api.objects.list(LEASES).length === 1);
  one.stop();
  expect(await one.end).toBe("never-led");
  expect(record(api)!.holderIdentity).toBe("");
});

test("loses the lease five times, for an API server that pauses for twelve seconds, and leads again as the same process", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const elector = new LeaderElector({ client: aClient(api, { clock }), clock, random: () => 0, ...LEASE, pod: "pod", identity: "pod_1", report: () => undefined });
  const stop = new AbortController();
  const terms: Term[] = [];
  const lead = async (): Promise<void> => {
    let end: LeadEnd;
    do {
      end = await elector.lead(stop.signal, (term) => {
        terms.push(term);
        return new Promise((resolve) => [term.lost, stop.signal].forEach((signal) => signal.addEventListener("abort", () => resolve(), { once: true })));
      });
    } while (end === "lost");
  };
  const standing = lead();
  for (let times = 1; times <= 5; times += 1) {
    await pass(clock, "it leads", () => elector.isHeld && terms.length === times);
    await api.goAway();
    await pass(clock, "it has lost the lease", () => terms.at(-1)!.lost.aborted);
    expect(elector.isHeld).toBe(false);
    await api.comeBack();
  }
  await pass(clock, "it leads again", () => elector.isHeld && terms.length === 6);
  for (const former of terms.slice(0, 5)) expect(() => former.assertHeld()).toThrow(NotLeading);
  expect(() => terms[5]!.assertHeld()).not.toThrow();
  expect(record(api)).toMatchObject({ holderIdentity: "pod_1", leaseTransitions: 0 });
  stop.abort();
  await standing;
});

test("takes the lease of its predecessor in the same pod at once", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const now = "2026-11-21T05:00:00.000000Z";
  api.objects.create(LEASES, { metadata: LEASE, spec: { holderIdentity: "pod-of-one_before", leaseDurationSeconds: 15, acquireTime: now, renewTime: now, leaseTransitions: 4 } });
  const one = aCandidate(api, clock, "one");
  expect(await pass(clock, "one leads", leads(one))).toBeLessThanOrEqual(1);
  expect(record(api)).toMatchObject({ holderIdentity: "one", leaseTransitions: 5 });
});
