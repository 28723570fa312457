import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test, type TestContext } from "vitest";
import { SLOT_TIMES } from "../../../src/batch/host-repository.ts";
import { startCuttingProxy } from "../../support/postgres/cutting-proxy.ts";
import { createDatabase } from "../../support/postgres/test-database.ts";
import type { SluiceProcess } from "../../support/processes/sluice.ts";
import { watchRequests, type WatchedRequest, type WatchedRequests } from "../../support/provider/watched-requests.ts";
import { dayOf, openLocalSweep, YESTERDAY, type LocalSweep, type LocalSweepOptions } from "../../support/sweeps/local-sweep.ts";

const LIMIT = 8;
const DAY = 86_400;
const BEFORE = { start: YESTERDAY.start - DAY, end: YESTERDAY.start };

/** Each test ends what it began, the last first: they run at once, since they mostly wait. */
type AtEnd = TestContext["onTestFinished"];

/** A provider that allows eight requests at once, and two sweeps of two batches each that share them. */
async function twoSweeps(atEnd: AtEnd, name: string, { targets, seconds }: { readonly targets: number; readonly seconds: number }): Promise<Pair> {
  const database = await createDatabase();
  atEnd(() => database.drop());
  const trial = await openCourtesySweep(atEnd, {
    databaseUrl: database.url,
    name,
    scenario: {
      seed: 9,
      source: { kind: "model", targets, active: 0.3, largest: 500 },
      limits: { inFlight: LIMIT },
      latency: { distribution: "uniform", fromSeconds: seconds / 2, toSeconds: seconds * 1.5 },
    },
    spec: { host: { inFlight: LIMIT }, batch: { targets: Math.min(128, Math.ceil(targets / 2)), pods: 2 }, canaries: { every: "5s" } },
  });
  const seen = watchRequests(trial.simulator.url);
  atEnd(() => seen.stop());
  const start = (window: typeof YESTERDAY): SluiceProcess => started(atEnd, trial.start(["run", trial.file, "--window", dayOf(window)]));
  const older = start(BEFORE);
  await soon("the older window is asked", () => seen.requests.length > 5);
  return { databaseUrl: database.url, trial, seen, older, newer: start(YESTERDAY) };
}

interface Pair {
  readonly databaseUrl: string;
  readonly trial: LocalSweep;
  readonly seen: WatchedRequests;
  readonly older: SluiceProcess;
  readonly newer: SluiceProcess;
}

async function openCourtesySweep(atEnd: AtEnd, wishes: LocalSweepOptions): Promise<LocalSweep> {
  const trial = await openLocalSweep(wishes);
  atEnd(() => trial.close());
  return trial;
}

function started(atEnd: AtEnd, process: SluiceProcess): SluiceProcess {
  atEnd(async () => {
    process.kill("SIGKILL");
    await process.exited;
  });
  return process;
}

async function soon(what: string, isSo: () => boolean | Promise<boolean>, seconds = 90): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await wait(20);
  }
}

/** Both windows have four batches at work. */
async function atWork({ seen }: Pair): Promise<void> {
  await soon("both windows are asked", () => [YESTERDAY, BEFORE].every(({ start }) => seen.requests.filter(({ windowStart }) => windowStart === start).length > 10));
}

/** Waits until each process has renewed its slots twice since the pause was written: who sends the second renewal has read the first. */
async function allRenewed({ trial }: Pair): Promise<void> {
  await soon("the pause is written", async () => (await trial.query("select from sluice.hosts where paused_at is not null")).length > 0);
  for (const which of ["first", "second"]) {
    const [moment] = await trial.query<{ now: string }>("select clock_timestamp()::text as now");
    const late = `select from sluice.slots join sluice.hosts on name = host where paused_at is not null and expires <= '${moment!.now}'::timestamptz + ${SLOT_TIMES.leaseSeconds} * interval '1 second'`;
    await soon(`the ${which} renewal of each`, async () => (await trial.query(late)).length === 0);
  }
}

async function ended(pair: Pair): Promise<void> {
  const codes = await Promise.all([pair.newer.exited, pair.older.exited]);
  expect(codes, pair.newer.stderr() + pair.older.stderr()).toEqual([0, 0]);
  expect(await pair.trial.query("select window_start from sluice.windows where state = 'complete'")).toHaveLength(2);
}

function withinTheRules({ trial }: Pair): void {
  const { mostInFlight, breaches } = trial.simulator.stats();
  expect(mostInFlight).toBeLessThanOrEqual(LIMIT);
  expect(breaches).toEqual({ inFlight: 0, sourceapp: 0 });
}

describe.concurrent("four batches of two sweeps that share a host", { timeout: 240_000 }, () => {
  test("never have more in flight than it allows, put the newest window first, and let none starve", async ({ onTestFinished: atEnd }) => {
    const pair = await twoSweeps(atEnd, "shared", { targets: 400, seconds: 0.15 });
    await ended(pair);
    withinTheRules(pair);

    const { requests } = pair.seen;
    const of = ({ start }: typeof YESTERDAY): WatchedRequest[] => requests.filter(({ windowStart }) => windowStart === start);
    const [newer, older] = [of(YESTERDAY), of(BEFORE)];
    const from = newer[0]!.came + 1500;
    const to = newer.at(-1)!.came - 1500;
    const within = (of: readonly WatchedRequest[]): number => of.filter(({ came }) => came >= from && came < to).length;
    expect(within(newer)).toBeGreaterThan(within(older));
    const moments = Array.from({ length: 100 }, (_, index) => from + ((to - from) * index) / 100);
    const servedAt = (moment: number): boolean => older.some(({ came, left }) => came <= moment && left! > moment);
    expect(moments.filter(servedAt).length).toBeGreaterThan(50);
  });

  test.for([
    { says: "a Retry-After of four seconds", retryAfter: { retryAfter: 4 }, seconds: 4 },
    // host.maxPause is 5 s here: the first pause of its own accord is between 5 and 10.
    { says: "no Retry-After", retryAfter: {}, seconds: 5 },
  ])("all pause with their next renewal after a 429 with $says, and come back slowly; another host is asked all the while", async ({ retryAfter, seconds }, { onTestFinished: atEnd }) => {
    const pair = await twoSweeps(atEnd, "throttled", { targets: 150, seconds: 0.2 });
    const other = await openCourtesySweep(atEnd, {
      databaseUrl: pair.databaseUrl,
      name: "elsewhere",
      scenario: { source: { kind: "model", targets: 400, active: 0.1, largest: 50 }, latency: { distribution: "constant", seconds: 0.2 } },
      spec: { host: { inFlight: 4 } },
    });
    const elsewhere = watchRequests(other.simulator.url);
    atEnd(() => elsewhere.stop());
    const away = started(atEnd, other.start(["run", other.file, "--window", dayOf(YESTERDAY)]));
    await atWork(pair);
    await soon("the other host is asked", () => elsewhere.requests.length > 10);

    pair.trial.simulator.set([{ what: "status", status: 429, body: "json", ...retryAfter, when: { toRequest: 1 } }]);
    const { seen } = pair;
    await soon("a 429", () => seen.requests.some(({ status }) => status === 429));
    const told = seen.requests.find(({ status }) => status === 429)!.left!;
    const pauseEnds = told + seconds * 1000;
    await allRenewed(pair);
    const allKnow = performance.now();
    expect(allKnow).toBeLessThan(pauseEnds);
    await soon("somebody asks again", () => seen.came(allKnow, Infinity) > 0);
    const again = seen.requests.find(({ came }) => came >= allKnow)!.came;
    expect(again).toBeGreaterThan(pauseEnds - 100);
    expect(elsewhere.came(told + 1000, pauseEnds)).toBeGreaterThan(5);

    // A ramp of 30 s to eight slots: at most one for the first 7.5 s, of some five requests a second.
    await wait(4000);
    const first = seen.requests.filter(({ came }) => came >= again && came < again + 4000);
    expect(first.length).toBeGreaterThan(3);
    expect(Math.max(...first.map(({ came }) => seen.inFlightAt(came)))).toBeLessThanOrEqual(2);
    away.kill("SIGINT");
    await ended(pair);
    withinTheRules(pair);
  });

  test("all stop when the host is ill, one probe each second asks whether it is well, and then they go on", async ({ onTestFinished: atEnd }) => {
    const pair = await twoSweeps(atEnd, "ill", { targets: 120, seconds: 0.2 });
    await atWork(pair);
    pair.trial.simulator.set([{ what: "status", status: 503, body: "html" }]);
    const shouldOpenCircuit = async (): Promise<boolean> => (await pair.trial.query("select from sluice.hosts where ill_since is not null")).length > 0;
    await soon("the host is taken for ill", shouldOpenCircuit);
    await wait(1500);
    const from = performance.now();
    await wait(6000);
    const probes = pair.seen.requests.filter(({ came }) => came >= from && came < from + 6000);
    expect(probes.length).toBeGreaterThanOrEqual(3);
    expect(probes.length).toBeLessThanOrEqual(7);
    expect(new Set(probes.map(({ target }) => target))).toEqual(new Set(["AS12654"]));

    pair.trial.simulator.set([]);
    await soon("the host is well", async () => !(await shouldOpenCircuit()));
    await ended(pair);
    withinTheRules(pair);
  });
});

test.concurrent("a process that is cut off from Postgres stops asking before its lease ends, and another has its slots then", { timeout: 240_000 }, async ({ onTestFinished: atEnd }) => {
  const database = await createDatabase();
  atEnd(() => database.drop());
  const proxy = await startCuttingProxy(database.url);
  atEnd(() => proxy.close());
  const trial = await openCourtesySweep(atEnd, {
    databaseUrl: database.url,
    name: "lease",
    scenario: { source: { kind: "model", targets: 60, active: 0.2, largest: 50 }, limits: { inFlight: 4 }, latency: { distribution: "constant", seconds: 1.5 } },
    spec: { host: { inFlight: 4 }, canaries: { every: "30s" } },
  });
  const seen = watchRequests(trial.simulator.url);
  atEnd(() => seen.stop());
  const of = (window: typeof YESTERDAY) => seen.requests.filter(({ windowStart }) => windowStart === window.start);
  const run = (window: typeof YESTERDAY, env = {}): SluiceProcess => started(atEnd, trial.start(["run", trial.file, "--window", dayOf(window)], env));

  const cut = run(YESTERDAY, { DATABASE_URL: proxy.url });
  await soon("it asks", () => of(YESTERDAY).filter(({ left }) => left !== null).length > 6);
  const whole = run(BEFORE);
  await soon("both ask", () => of(BEFORE).length > 0);
  proxy.goSilent();
  const silent = performance.now();
  await soon("the other has all slots", () => of(BEFORE).filter(({ came }) => seen.inFlightAt(came) === 4 && came > silent + 8000).length > 8);

  const late = of(YESTERDAY).filter(({ left }) => left === null || left > silent + 11_500);
  expect(late).toEqual([]);
  // It was not the loss of a connection that ended it: it went on for most of the time that its lease gave it.
  expect(Math.max(...of(YESTERDAY).map(({ came }) => came))).toBeGreaterThan(silent + 5000);
  proxy.speakAgain();
  expect([await cut.exited, await whole.exited], cut.stderr() + whole.stderr()).toEqual([0, 0]);
  expect(trial.simulator.stats()).toMatchObject({ mostInFlight: 4, breaches: { inFlight: 0 } });
});
