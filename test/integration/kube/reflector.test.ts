import { expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { type Change, Indexer } from "../../../src/kube/indexer.ts";
import { type Job, JOBS, withoutManagedFields } from "../../../src/kube/object.ts";
import { Reflector, type ReflectorReport, type ReflectorOptions } from "../../../src/kube/reflector.ts";
import type { Clock } from "../../../src/model/clock.ts";
import type { KubeApi } from "../../support/kube/simulated-api/server.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";
import { until } from "../../support/time/until.ts";
import { aClient, addJobs, aJob, anApi, atTheEnd } from "./apis.ts";

interface Reflected {
  readonly reflector: Reflector<Job, Job>;
  readonly store: Indexer<Job>;
  /** "+name", "~name", "-name" */
  readonly changes: string[];
  readonly news: ReflectorReport[];
  readonly stop: () => Promise<void>;
}

/** One that runs until the test ends. Each pause is as short as it may be. */
function aReflector(api: KubeApi, clock: Clock, more: Partial<ReflectorOptions<Job, Job>> & { readonly store?: Indexer<Job> } = {}): Reflected {
  const store = more.store ?? new Indexer<Job>({});
  const changes: string[] = [];
  const news: ReflectorReport[] = [];
  const onChange = ({ key, before, after }: Change<Job>): number => changes.push(`${after === null ? "-" : before === null ? "+" : "~"}${key.split("/")[1]!}`);
  const client = aClient(api, { clock });
  const reflector = new Reflector<Job, Job>({ client, clock, random: () => 0, resource: JOBS, transform: withoutManagedFields, onChange, report: (said) => news.push(said), ...more, store });
  const stopping = new AbortController();
  const running = reflector.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  atTheEnd(stop);
  return { reflector, store, changes, news, stop };
}

/** Moves the clock on, a second at a time, until it is so. */
async function pass(clock: FakeClock, what: string, isSo: () => boolean): Promise<void> {
  await until(what, async () => {
    if (!isSo()) await clock.advance(1);
    return isSo();
  });
}

const names = (of: { list(): Job[] }): string[] => of.list().map(({ metadata }) => metadata.name).sort();
const key = (name: string): { namespace: string; name: string } => ({ namespace: "one", name });
const touch = (api: KubeApi, name: string, active: number): unknown => api.objects.change(JOBS, key(name), (job) => ({ ...job, status: { active } }));

test("is complete after a list in pages, and announces each object once", async () => {
  const api = await anApi();
  addJobs(api, 1200);
  const { reflector, store, changes } = aReflector(api, realClock);
  expect(reflector.hasSynced).toBe(false);
  await reflector.synced();
  expect(store.size).toBe(1200);
  expect(new Set(changes).size).toBe(1200);
  expect(api.counts.get("list jobs")).toBe(3);
});

test("observes what is created, changed and deleted, and stores only the transformed object", async () => {
  const api = await anApi();
  const { reflector, store, changes } = aReflector(api, realClock, { labelSelector: "of=us" });
  await reflector.synced();
  api.objects.create(JOBS, aJob("other"));
  const managed = aJob("job", { labels: { of: "us" } });
  api.objects.create(JOBS, { ...managed, metadata: { ...managed.metadata, managedFields: [{}] } as typeof managed.metadata });
  await until("it is there", () => store.size === 1);
  expect(store.get(key("job"))!.metadata).not.toHaveProperty("managedFields");
  touch(api, "job", 1);
  await until("it is changed", () => store.get(key("job"))?.status?.active === 1);
  api.objects.remove(JOBS, key("job"));
  await until("it is gone", () => store.size === 0);
  expect(changes).toEqual(["+job", "~job", "-job"]);
  expect(reflector.secondsSinceHeard()).toBeLessThan(30);
});

test.for(["close", "reset"] as const)("goes on where it was after a watch that ends by %s, without listing again", async (how) => {
  const api = await anApi();
  const clock = new FakeClock();
  const { reflector, store, changes, news } = aReflector(api, clock);
  await reflector.synced();
  for (let round = 0; round < 5; round += 1) {
    await pass(clock, "a watch is open", () => api.openWatches === 1);
    api.cutWatches(how);
    api.objects.create(JOBS, aJob(`job-${round}`));
    await pass(clock, "the change is seen", () => store.size === round + 1);
    touch(api, `job-${round}`, 1);
    await pass(clock, "the change is seen", () => store.get(key(`job-${round}`))?.status?.active === 1);
  }
  expect(changes).toEqual([0, 1, 2, 3, 4].flatMap((round) => [`+job-${round}`, `~job-${round}`]));
  expect(reflector.counts).toMatchObject({ lists: 1, failures: how === "reset" ? 5 : 0 });
  expect(news).toEqual([]);
});

test.for(["answer", "event"] as const)("lists again when history is forgotten (410 as an %s), and tells only what is different", async (form) => {
  const api = await anApi();
  const clock = new FakeClock();
  addJobs(api, 3);
  const { reflector, store, changes } = aReflector(api, clock);
  await reflector.synced();
  await until("the watch is open", () => api.openWatches === 1);
  changes.length = 0;
  await api.goAway();
  api.objects.remove(JOBS, key("job-0"));
  touch(api, "job-1", 1);
  api.objects.create(JOBS, aJob("job-3"));
  api.expire(form);
  await api.comeBack();
  await pass(clock, "it is complete again", () => reflector.counts.lists === 2 && store.get(key("job-3")) !== null);
  expect(changes).toEqual(["-job-0", "~job-1", "+job-3"]);
});

test("restarts a list when its moment expires between two pages", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  addJobs(api, 600);
  const listed = api.fail({ verb: "list", skip: 1, times: 1, how: { status: 410, reason: "Expired" } });
  const { reflector, store } = aReflector(api, clock);
  await pass(clock, "it is complete", () => reflector.hasSynced);
  listed();
  expect(store.size).toBe(600);
  expect(api.counts.get("list jobs")).toBe(4);
});

test("distinguishes an object that was deleted and created again from a changed one", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const uids: (string | undefined)[][] = [];
  api.objects.create(JOBS, aJob("job"));
  const { reflector } = aReflector(api, clock, { onChange: ({ before, after }) => uids.push([before?.metadata.uid, after?.metadata.uid]) });
  await reflector.synced();
  await until("the watch is open", () => api.openWatches === 1);
  api.silenceWatches();
  api.objects.remove(JOBS, key("job"));
  const { metadata } = api.objects.create(JOBS, aJob("job"));
  api.expire();
  api.cutWatches();
  await pass(clock, "it is told", () => uids.length === 2);
  expect(uids[1]).toEqual([uids[0]![1], metadata.uid]);
});

test("drops a silent connection", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const { reflector, store } = aReflector(api, clock);
  await reflector.synced();
  await until("the watch is open", () => api.openWatches === 1 && reflector.counts.watches === 1);
  api.objects.create(JOBS, aJob("job-0"));
  await until("it brings something", () => store.size === 1);
  api.silenceWatches();
  api.objects.create(JOBS, aJob("job-1"));
  await clock.advance(119);
  expect(reflector.counts.watches).toBe(1);
  await pass(clock, "the change is seen", () => store.size === 2);
  expect(reflector.counts).toMatchObject({ lists: 1, watches: 2 });
});

test("keeps a quiet watch as long as bookmarks come, and continues from the last one", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const { reflector, store } = aReflector(api, clock, { namespace: "one" });
  await reflector.synced();
  await until("the watch is open", () => api.openWatches === 1);
  for (let minute = 0; minute < 10; minute += 1) {
    addJobs(api, 1, `elsewhere-${minute}`);
    const before = clock.monotonic();
    api.bookmark();
    await until("the bookmark is heard", () => reflector.secondsSinceHeard() === 0 && clock.monotonic() === before);
    await clock.advance(60);
  }
  expect(reflector.counts.watches).toBe(1);
  api.expire();
  api.bookmark();
  await until("the bookmark is heard", () => reflector.secondsSinceHeard() === 0);
  api.cutWatches();
  api.objects.create(JOBS, aJob("job"));
  await pass(clock, "the change is seen", () => store.size === 1);
  expect(reflector.counts.lists).toBe(1);
});

test("waits for an unavailable API server, and reports it once", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const { reflector, store, news } = aReflector(api, clock);
  await reflector.synced();
  for (let round = 1; round <= 2; round += 1) {
    await pass(clock, "a watch is open", () => api.openWatches === 1);
    await api.goAway();
    const failures = reflector.counts.failures;
    await pass(clock, "it has tried some times", () => reflector.counts.failures >= failures + 6);
    api.objects.create(JOBS, aJob(`job-${round}`));
    await api.comeBack();
    await pass(clock, "the change is seen", () => store.size === round);
    expect(news.map(({ ok }) => ok)).toEqual([false, true, false, true].slice(0, 2 * round));
  }
});

test.for([
  [403, "Forbidden", 'jobs.batch is forbidden: User "sluice" cannot list'],
  [404, "NotFound", "the server could not find the requested resource"],
] as const)("goes on when it may read again after %d, and says both once", async ([status, reason, message]) => {
  const api = await anApi();
  const clock = new FakeClock();
  addJobs(api, 2);
  const granted = api.fail({ verb: "read", resource: "jobs", how: { status, reason, message } });
  const { reflector, store, news } = aReflector(api, clock, { namespace: "one" });
  await pass(clock, "it has tried some times", () => reflector.counts.failures >= 5);
  expect(news).toEqual([{ resource: "jobs", namespace: "one", ok: false, message }]);
  granted();
  await pass(clock, "it is complete", () => store.size === 2);
  expect(news[1]).toEqual({ resource: "jobs", namespace: "one", ok: true, message: "The jobs can be read again" });
  api.fail({ verb: "read", resource: "jobs", how: { status, reason, message } });
  api.cutWatches();
  await pass(clock, "it is told again", () => news.length === 3);
  expect(names(store)).toEqual(["job-0", "job-1"]);
});

test.for(["410 to each watch", "watches that end at once", "403 to all", "connections that break"])("never asks in a tight loop: %s", async (what) => {
  const api = await anApi();
  const clock = new FakeClock();
  if (what.startsWith("410")) api.fail({ verb: "watch", how: { status: 410, reason: "Expired" } });
  if (what.startsWith("403")) api.fail({ how: { status: 403, reason: "Forbidden" } });
  if (what.startsWith("conn")) api.fail({ verb: "watch", how: "cut before" });
  const { reflector } = aReflector(api, clock);
  for (let second = 0; second < 120; second += 1) {
    await clock.advance(1);
    if (what.startsWith("watches")) {
      const { watches } = reflector.counts;
      await new Promise((resolve) => setTimeout(resolve, 2));
      api.cutWatches("close");
      expect(reflector.counts.watches).toBeLessThanOrEqual(watches + 1);
    }
  }
  expect(reflector.counts.watches + reflector.counts.lists).toBeLessThan(what.startsWith("watches") ? 122 : 25);
});

test("fills one store from two namespaces, each of which replaces only its own", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  addJobs(api, 2, "one");
  addJobs(api, 2, "two");
  const store = new Indexer<Job>({});
  const one = aReflector(api, clock, { store, namespace: "one" });
  const two = aReflector(api, clock, { store, namespace: "two" });
  await Promise.all([one.reflector.synced(), two.reflector.synced()]);
  expect(store.size).toBe(4);
  await until("both watch", () => api.openWatches === 2);
  await api.goAway();
  api.objects.remove(JOBS, key("job-0"));
  api.expire();
  await api.comeBack();
  await pass(clock, "the change is seen", () => store.size === 3);
  expect(two.changes).toEqual(["+job-0", "+job-1"]);
});

test("continues when a listener fails", async () => {
  const api = await anApi();
  addJobs(api, 2);
  const seen: string[] = [];
  const { reflector, news } = aReflector(api, realClock, {
    onChange: (change) => {
      seen.push(change.key);
      if (seen.length === 1) throw new Error("a fault of ours");
    },
  });
  await reflector.synced();
  expect(seen).toEqual(["one/job-0", "one/job-1"]);
  expect(news.map(({ message }) => message)).toEqual(["one/job-0: a fault of ours"]);
});

test("leaves no connection open when it is stopped, whatever it was doing", async () => {
  const api = await anApi();
  const watching = aReflector(api, realClock);
  await watching.reflector.synced();
  await until("the watch is open", () => api.openWatches === 1);
  await watching.stop();
  await until("the watch is closed", () => api.openWatches === 0);
  api.fail({ how: "silence" });
  const listing = aReflector(api, realClock);
  await until("it asks", () => api.counts.get("list jobs") === 2);
  await listing.stop();
  await api.goAway();
  const pausing = aReflector(api, realClock);
  await until("it has tried", () => pausing.reflector.counts.lists === 1);
  await pausing.stop();
});

test("has what the API server has in the end, whatever happens on the way", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  const { reflector, store } = aReflector(api, clock);
  await reflector.synced();
  // A generator of its own, so that a failure can be repeated.
  let seed = 20261123;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const acts: (() => void)[] = [
    () => api.objects.create(JOBS, aJob("", { generateName: "job-" })),
    () => api.objects.create(JOBS, aJob("", { generateName: "job-" })),
    () => touch(api, names({ list: () => api.objects.list(JOBS) })[0] ?? "none", random(1000)),
    () => api.objects.remove(JOBS, key(names({ list: () => api.objects.list(JOBS) })[0] ?? "none")),
    () => api.cutWatches("reset"),
    () => api.cutWatches("close"),
    () => api.silenceWatches(),
    () => api.expire(random(2) === 0 ? "event" : "answer"),
    () => api.fail({ verb: "read", times: 1, how: { status: 503 } }),
    () => api.fail({ verb: "read", times: 1, how: "cut before" }),
    () => api.writeToWatches('{"type":"ADD'),
  ];
  for (let step = 0; step < 400; step += 1) {
    try {
      acts[random(acts.length)]!();
    } catch {
      // There was none to change.
    }
    if (step % 4 === 0) await clock.advance(1);
    if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  api.objects.create(JOBS, aJob("last"));
  const versions = (of: { list(): Job[] }): string[] => of.list().map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
  await pass(clock, "both are alike", () => String(versions(store)) === String(versions({ list: () => api.objects.list(JOBS) })));
  expect(reflector.counts.lists).toBeGreaterThan(1);
});

test("reads objects of a megabyte each in pages that fit into memory", async () => {
  const api = await anApi();
  for (let number = 0; number < 40; number += 1) api.objects.create(JOBS, { ...aJob(`job-${number}`), spec: { template: "x".repeat(1024 * 1024) } as never });
  const { store, reflector } = aReflector(api, realClock, { transform: ({ metadata }) => ({ metadata }) });
  await reflector.synced();
  expect(store.size).toBe(40);
  // 500, 125, 32, 8: too long. Then two a page.
  expect(api.counts.get("list jobs")).toBe(4 + 20);
});
