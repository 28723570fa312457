import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ResolvedSpec, Selection } from "../../../src/model/resolved.ts";
import type { Fault } from "../../../src/simulate/scenario.ts";
import { claimBatch } from "../../../src/store/batches.ts";
import { until } from "../../support/time/until.ts";
import { anIdentity, DAYS, openPlace, type PreparePlaces } from "./place.ts";

const TARGETS = 20;
const CANARY = "AS12654";
const LIST_DOWN: Fault = { what: "status", status: 503, body: "html", when: { targets: ["ris-asns"] } };

let place: PreparePlaces;
let name: string;
let datasets = 0;

beforeAll(async () => {
  place = await openPlace({ seed: 3, source: { kind: "model", targets: TARGETS, active: 0.5, largest: 50 }, limits: { inFlight: 16 } });
});

afterAll(async () => {
  await place.close();
});

beforeEach(() => {
  name = `trial-${(datasets += 1)}`;
  place.simulator.set([]);
});

/** A window that was swept with these faults in one pass. */
async function swept(spec: ResolvedSpec, faults: readonly Fault[] = []): Promise<void> {
  const identity = anIdentity();
  const message = await place.prepare(identity, spec);
  place.simulator.set(faults);
  await place.sweep(identity, message);
  place.simulator.set([]);
  await place.prepare(identity, spec, { pass: spec.done.passes + 1 });
}

function rerun(spec: ResolvedSpec, select: Selection): ResolvedSpec {
  return { ...spec, select };
}

describe("prepare", () => {
  test("keeps to the frozen spec, although the CronSweep has changed", async () => {
    const spec = await place.spec(DAYS.first, { batch: { targets: 8, memory: "64Mi" } }, name);
    const identity = anIdentity();
    const first = await place.prepare(identity, spec);
    const edited: ResolvedSpec = { ...spec, extract: { ...spec.extract, pattern: "(other)" }, batch: { ...spec.batch, targets: 1 } };
    expect(await place.prepare(identity, edited)).toEqual(first);
    expect(await place.prepare(identity, edited, { round: 2 })).toMatchObject({ ranges: [{ from: 3, to: 5 }] });
  });

  test("takes the limits of the host from the present Sweep, for the passes and batches that follow", async () => {
    const spec = await place.spec(DAYS.first, { batch: { targets: 8, memory: "64Mi" } }, name);
    const identity = anIdentity();
    const first = await place.prepare(identity, spec);
    const edited: ResolvedSpec = { ...spec, host: { ...spec.host, inFlight: 3, probeSeconds: 7, name: "another:80" } };
    expect(await place.prepare(identity, edited)).toEqual(first);
    expect((await claimBatch(place.store.db, identity.uid, 0)).spec.host).toEqual({ ...spec.host, inFlight: 3, probeSeconds: 7 });
  });

  test("records which batches ran out of memory, also when it gives the verdict", async () => {
    const spec = await place.spec(DAYS.first, { batch: { targets: 8, memory: "64Mi" }, done: { passes: 1 } }, name);
    const identity = anIdentity();
    const marked = async (): Promise<number[]> =>
      (await place.store.db.query<{ number: number }>("select number from sluice.batches where sweep_uid = $1 and out_of_memory order by number", [identity.uid])).map(({ number }) => number);
    await place.prepare(identity, spec);
    expect(await marked()).toEqual([]);
    await place.prepare(identity, spec, { round: 2, outOfMemory: [1] });
    expect(await marked()).toEqual([1]);
    expect(await place.prepare(identity, spec, { pass: 2, outOfMemory: [4, 5] })).toMatchObject({ verdict: "incomplete" });
    expect(await marked()).toEqual([1, 4, 5]);
  });

  test("repeats its answer for the same pass and round, and fetches the list once", async () => {
    const spec = await place.spec(DAYS.first, { batch: { targets: 8, memory: "64Mi" } }, name);
    const identity = anIdentity();
    const before = place.listed();
    const first = await place.prepare(identity, spec);
    expect(first).toEqual({
      program: "prepare",
      pass: 1,
      round: 1,
      ranges: [{ from: 0, to: 2, memoryBytes: 64 * 2 ** 20 }],
      totals: { targets: TARGETS, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: TARGETS, updates: 0 },
      selected: { targets: TARGETS, settled: 0 },
      causes: [],
      notes: [],
    });
    const { requests } = place.simulator.stats();
    expect(await place.prepare(identity, spec)).toEqual(first);
    expect(place.simulator.stats().requests).toBe(requests);
    expect(await place.prepare(identity, spec, { round: 2 })).toMatchObject({ round: 2, ranges: [{ from: 3, to: 5 }] });
    expect(await place.prepare(identity, spec)).toEqual(first);
    expect(place.listed() - before).toBe(1);
  });

  test("gives two processes at once the same answer", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    const identity = anIdentity();
    const [one, other] = await Promise.all([place.prepare(identity, spec), place.prepare(identity, spec)]);
    expect(one).toEqual(other);
  });

  test("does not fetch the list again after it was stopped with a plan: the selection is fixed once", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    const identity = anIdentity();
    const stopped = new AbortController();
    place.simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 60 }, when: { targets: [CANARY] } }]);
    const before = place.listed();
    const asked = place.simulator.stats().requestsByTarget[CANARY] ?? 0;
    const cut = place.prepare(identity, spec, {}, { signal: stopped.signal }).catch((error: unknown) => error);
    await until("the canary is asked", () => (place.simulator.stats().requestsByTarget[CANARY] ?? 0) > asked);
    stopped.abort(new Error("asked to stop"));
    expect(await cut).toEqual(new Error("asked to stop"));
    place.simulator.set([{ what: "short-list", share: 0.5 }]);
    expect(await place.prepare(identity, spec)).toMatchObject({ totals: { targets: TARGETS } });
    expect(place.listed() - before).toBe(1);
  });

  test("notes the doubles and blanks that it drops", async () => {
    const spec = await place.spec(DAYS.first, { targets: { preset: undefined, list: ["AS1", "AS2", " AS1 ", "", "AS3", "AS2"] } }, name);
    const message = await place.prepare(anIdentity(), spec);
    expect(message.totals.targets).toBe(3);
    expect(message.notes).toEqual(["Blank names dropped from the list of targets: 1.", "Duplicates dropped from the list of targets: 2."]);
  });

  test("gives the verdict of a complete window at once, without any request, even for the list", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    await swept(spec);
    const before = place.simulator.stats().requests;
    expect(await place.prepare(anIdentity(), spec)).toMatchObject({ ranges: [], verdict: "complete", totals: { targets: TARGETS, missing: 0 } });
    expect(place.simulator.stats().requests).toBe(before);
  });

  test("fetches the list if the window is complete by a list from another source", async () => {
    const spec = await place.spec(DAYS.first, { targets: { preset: undefined, list: ["AS1", "AS2"] } }, name);
    await swept(spec);
    const longer = await place.spec(DAYS.first, { targets: { preset: undefined, list: ["AS1", "AS2", "AS3"] } }, name);
    expect(await place.prepare(anIdentity(), longer)).toMatchObject({ totals: { targets: 3, missing: 1 } });
  });

  test("records as failed(memory) what ran out of memory alone with batch.memoryMax, and does not ask it again", async () => {
    const spec = await place.spec(DAYS.first, { batch: { targets: 1, memory: "64Mi", memoryMax: "128Mi" }, targets: { preset: undefined, list: ["AS1", "AS2"] }, canaries: { targets: [] } }, name);
    const identity = anIdentity();
    await place.prepare(identity, spec);
    expect(await place.prepare(identity, spec, { pass: 2, outOfMemory: [0] })).toMatchObject({ ranges: [{ from: 2, to: 2, memoryBytes: 128 * 2 ** 20 }, { from: 3, to: 3 }] });
    expect(await place.prepare(identity, spec, { pass: 3, outOfMemory: [2] })).toMatchObject({ ranges: [{ from: 4, to: 4, memoryBytes: 64 * 2 ** 20 }] });
    expect(await place.states(spec)).toEqual({ AS1: "failed(memory)" });
  });
});

describe("a list", () => {
  test("that shrank by more than is allowed since the window before stops the sweep before it asks", async () => {
    await place.prepare(anIdentity(), await place.spec(DAYS.first, {}, name));
    place.simulator.set([{ what: "short-list", share: 0.6 }]);
    const next = await place.spec(DAYS.second, {}, name);
    const before = place.simulator.stats().requests;
    await expect(place.prepare(anIdentity(), next)).rejects.toThrow(/^The list shrank by [0-9.]+%, from 20 targets to 1[0-9]; targets.maxShrink allows 5%\.$/);
    expect(place.simulator.stats().requests - before).toBe(1);
  });

  test("that shrank since the same window was planned does too: the missing targets would look settled", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    await place.prepare(anIdentity(), spec);
    place.simulator.set([{ what: "short-list", share: 0.6 }]);
    await expect(place.prepare(anIdentity(), spec)).rejects.toThrow(/^The list shrank by/);
  });

  const cases: Record<string, { sections: Parameters<PreparePlaces["spec"]>[1]; faults: readonly Fault[]; code: number; says: RegExp }> = {
    "that is empty ends it with code 3": { sections: {}, faults: [{ what: "maintenance", when: { targets: ["ris-asns"] } }], code: 3, says: /^The list of targets is empty: the provider lists none at the moment/ },
    "that is too short ends it with code 2": { sections: { targets: { atLeast: 21 } }, faults: [], code: 2, says: /^The list has 20 targets; targets\.atLeast requires 21\.$/ },
    "that cannot be fetched ends it with code 3": { sections: {}, faults: [LIST_DOWN], code: 3, says: /^The list of targets cannot be fetched from http:\S+: HTTP 503.*\.$/ },
  };

  test.each(Object.entries(cases))("%s, and the sentence", async (_, { sections, faults, code, says }) => {
    place.simulator.set(faults);
    const ended = await place.worker(await place.spec(DAYS.first, sections, name));
    expect(ended).toMatchObject({ code, problem: expect.stringMatching(says) as string });
    expect(JSON.parse(ended.log)).toMatchObject({ level: "fatal", program: "prepare", exitCode: code, msg: ended.problem });
  });
});

describe("a dataset", () => {
  const others: Record<string, Parameters<PreparePlaces["spec"]>[1]> = {
    "another grid": { window: { every: "12h" } },
    "another pattern": { extract: { pattern: '"timestamp":\\s{0,32}([0-9]{1,12})' } },
    "another question": { request: { query: { rrcs: "0" } } },
    "a very long question": { request: { query: { rrcs: "0".repeat(1000) } } },
  };

  test.each(Object.entries(others))("refuses %s: exit code 2, and the sentence says what to do", async (_, sections) => {
    await place.prepare(anIdentity(), await place.spec(DAYS.first, {}, name));
    const { code, problem } = await place.worker(await place.spec(DAYS.first, sections, name));
    expect(code).toBe(2);
    expect(problem).toMatch(new RegExp(`^The dataset default/${name} exists and differs: .*\\. A dataset keeps its windows, its request and its pattern: name a new dataset\\.$`));
  });
});

describe("canaries before the verdict", () => {
  const quiet: readonly Fault[] = [{ what: "outage" }];

  /** All answers were empty, and the canary's too when it was asked at the end. */
  async function emptyWindow(passes: number): Promise<{ spec: ResolvedSpec; message: Awaited<ReturnType<PreparePlaces["prepare"]>> }> {
    const spec = await place.spec(DAYS.first, { done: { passes }, canaries: { every: "1h" } }, name);
    const identity = anIdentity();
    const first = await place.prepare(identity, spec);
    place.simulator.set(quiet);
    await place.sweep(identity, first);
    return { spec, message: await place.prepare(identity, spec, { pass: 2 }) };
  }

  test("that are quiet turn the empty answers into suspects, which are asked again while there are passes", async () => {
    const { spec, message } = await emptyWindow(5);
    expect(message).toMatchObject({ pass: 2, totals: { empty: 0, suspect: TARGETS }, ranges: [{ from: 1, to: 1 }] });
    expect(message.verdict).toBeUndefined();
    expect(new Set(Object.values(await place.states(spec)))).toEqual(new Set(["suspect(quiet-host)"]));
  });

  test("that are quiet after the last pass leave an incomplete window", async () => {
    const { message } = await emptyWindow(1);
    expect(message).toMatchObject({ ranges: [], verdict: "incomplete", totals: { empty: 0, suspect: TARGETS } });
    expect(message).toMatchObject({ selected: { targets: TARGETS, settled: 0 }, causes: [{ code: "quiet-host", targets: TARGETS }] });
  });

  test("that cannot be asked are as good as quiet", async () => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 }, canaries: { every: "1h" } }, name);
    const identity = anIdentity();
    await place.sweep(identity, await place.prepare(identity, spec));
    place.simulator.set([{ what: "reset", at: "body", when: { targets: [CANARY] } }]);
    const message = await place.prepare(identity, spec, { pass: 2 });
    expect(message.verdict).toBe("incomplete");
    expect(message.totals.suspect).toBeGreaterThan(0);
  });

  test("that have data leave the empty answers as they are", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    const identity = anIdentity();
    await place.sweep(identity, await place.prepare(identity, spec));
    const message = await place.prepare(identity, spec, { pass: 2 });
    expect(message).toMatchObject({ verdict: "complete", totals: { suspect: 0 } });
    expect(message.totals.empty).toBeGreaterThan(0);
  });
});

describe("a rerun goes by the plan that stands, and does not ask the list", () => {
  const BROKEN = "AS12654";

  const cases: Record<string, { select: Selection; asks: number }> = {
    "of what failed": { select: { states: ["failed"] }, asks: 1 },
    "of everything": { select: { states: "all" }, asks: TARGETS },
    "of some names": { select: { states: "all", narrow: [BROKEN] }, asks: 1 },
    "of what is incomplete among some names": { select: { states: "incomplete", narrow: [BROKEN] }, asks: 1 },
  };

  test.each(Object.entries(cases))("%s", async (_, { select, asks }) => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 } }, name);
    await swept(spec, [{ what: "status", status: 404, body: "html", when: { targets: [BROKEN] } }]);
    place.simulator.set([{ what: "short-list", share: 0.6 }]);
    const before = place.listed();
    const identity = anIdentity();
    const message = await place.prepare(identity, rerun(spec, select));
    expect(message).toMatchObject({ totals: { targets: TARGETS, failed: 1, missing: 0 }, ranges: [{ from: 0, to: 0 }] });
    const [batch] = await place.store.db.query<{ targets: number }>("select cardinality(targets) as targets from sluice.batches where sweep_uid = $1", [identity.uid]);
    expect([batch?.targets, place.listed() - before]).toEqual([asks, 0]);
  });

  test("but asks it where the window was never planned", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    const before = place.listed();
    expect(await place.prepare(anIdentity(), rerun(spec, { states: "all" }))).toMatchObject({ totals: { targets: TARGETS, missing: TARGETS } });
    expect(place.listed() - before).toBe(1);
  });

  test("refuses names that the window does not have", async () => {
    const spec = await place.spec(DAYS.first, {}, name);
    await place.prepare(anIdentity(), spec);
    await expect(place.prepare(anIdentity(), rerun(spec, { states: "all", narrow: ["AS0"] }))).rejects.toThrow("Not among the window's targets: AS0.");
  });
});

describe("what is not settled is counted by its cause", () => {
  const GONE: Fault = { what: "status", status: 404, body: "html", when: { targets: [CANARY] } };

  test("with the latest target and what it answered, after the last pass", async () => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 }, canaries: { targets: [] } }, name);
    const identity = anIdentity();
    const first = await place.prepare(identity, spec);
    expect(first).toMatchObject({ selected: { targets: TARGETS, settled: 0 }, causes: [] });
    place.simulator.set([GONE]);
    await place.sweep(identity, first);
    const last = await place.prepare(identity, spec, { pass: 2 });
    expect(last).toMatchObject({ verdict: "incomplete", selected: { targets: TARGETS, settled: TARGETS - 1 } });
    expect(last.causes).toEqual([{ code: "refused", targets: 1, example: CANARY, detail: expect.stringMatching(/^HTTP 404/) as string, at: expect.stringMatching(/^20\d\d-.*Z$/) as string }]);
  });

  test("of a rerun only what it selected, also where the settled result stays", async () => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 }, canaries: { targets: [] } }, name);
    await swept(spec);
    const identity = anIdentity();
    const again = rerun(spec, { states: "all", narrow: [CANARY] });
    const first = await place.prepare(identity, again);
    expect(first).toMatchObject({ totals: { targets: TARGETS }, selected: { targets: 1, settled: 0 } });
    place.simulator.set([GONE]);
    await place.sweep(identity, first);
    expect(await place.prepare(identity, again, { pass: 2 })).toMatchObject({ verdict: "complete", selected: { targets: 1, settled: 0 }, causes: [{ code: "refused", targets: 1, example: CANARY }] });
    expect(await place.states(spec)).toMatchObject({ [CANARY]: "ok" });
  });

  test("of none where all is settled", async () => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 }, canaries: { targets: [] } }, name);
    const identity = anIdentity();
    await place.sweep(identity, await place.prepare(identity, spec));
    expect(await place.prepare(identity, spec, { pass: 2 })).toMatchObject({ verdict: "complete", selected: { targets: TARGETS, settled: TARGETS }, causes: [] });
  });

  test("names those that were never asked only with the verdict", async () => {
    const spec = await place.spec(DAYS.first, { done: { passes: 1 }, canaries: { targets: [] } }, name);
    const identity = anIdentity();
    await place.prepare(identity, spec);
    expect(await place.prepare(identity, spec, { pass: 2 })).toMatchObject({ verdict: "incomplete", causes: [{ code: "missing", targets: TARGETS, detail: "", at: "" }] });
  });
});

test("a prepare that may ask nothing for long ends, and says why", async () => {
  const spec = await place.spec(DAYS.first, {}, name);
  const host = spec.host.name;
  await place.prepare(anIdentity(), spec);
  await place.store.db.query("update sluice.hosts set ill_since = now(), probe_at = now() + interval '1 hour', last_error = 'no connection' where name = $1", [host]);
  try {
    const again = rerun(spec, { states: "all" });
    await expect(place.prepare(anIdentity(), again, {}, { patience: { illness: 1, throttled: 1 } })).rejects.toThrow(new RegExp(`^${host} is unhealthy \\(since [\\d:]{8} UTC\\): no connection\\.$`));
  } finally {
    await place.store.db.query("update sluice.hosts set ill_since = null, probe_at = null where name = $1", [host]);
  }
});
