import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { share } from "../../../src/decide/host/share.ts";
import { openCircuit, closeCircuit, pauseHost, takeProbe, type SlotRequest, releaseSlots, renewSlots, slotsHeld } from "../../../src/store/hosts.ts";
import { type TestStore, aStore, aSweep, WAYS } from "../../support/postgres/store.ts";

describe.each(WAYS)("slots $way", ({ pooled }) => {
  let store: TestStore;
  let host: string;

  beforeAll(async () => {
    store = await aStore({ pooled });
  });

  afterAll(async () => {
    await store.close();
  });

  beforeEach(() => {
    host = randomUUID();
  });

  function request(wishes: Partial<SlotRequest> = {}): SlotRequest {
    const uid = "00000000-0000-4000-8000-000000000000";
    return { process: randomUUID(), host, uid, wanted: 16, inFlight: 0, priority: 0, limit: 8, leaseSeconds: 15, outcomes: "", lastError: null, asked: [], ...wishes };
  }

  test("are never held beyond the limit by four processes with random loads, and all in use in the end", async () => {
    const processes = Array.from({ length: 4 }, (_, index) => ({ ...request(), db: store.connect({ max: 1 }), held: 0, seed: index + 1 }));
    const sums: number[] = [];
    const walk = async (me: (typeof processes)[number]): Promise<void> => {
      for (let step = 0; step < 40; step += 1) {
        me.seed = (me.seed * 48_271) % 2_147_483_647;
        const wanted = me.seed % 17;
        const inFlight = Math.min(me.held, (me.seed >> 5) % 9);
        const granted = await renewSlots(me.db, { ...me, wanted, inFlight }, share);
        me.held = granted.held;
        expect(granted.held).toBeGreaterThanOrEqual(inFlight);
        const [sum] = await me.db.query<{ held: number }>("select sum(held) as held from sluice.slots where host = $1", [host]);
        sums.push(sum!.held);
      }
    };
    await Promise.all(processes.map(walk));
    expect(Math.max(...sums)).toBeLessThanOrEqual(8);
    for (let round = 0; round < 3; round += 1) for (const me of processes) me.held = (await renewSlots(me.db, { ...me, wanted: 16 }, share)).held;
    expect(processes.map((me) => me.held)).toEqual([2, 2, 2, 2]);
  });

  test("with requests in flight are not given away before the requests finish", async () => {
    const old = request();
    expect((await renewSlots(store.db, old, share)).held).toBe(8);
    const newer = request({ priority: 86_400 });
    expect((await renewSlots(store.db, newer, share)).held).toBe(0);
    // Nor may another follow them, or the newer one would wait as long as there is work.
    expect(await renewSlots(store.db, { ...old, inFlight: 5 }, share)).toMatchObject({ held: 5, allowed: 1 });
    expect((await renewSlots(store.db, newer, share)).held).toBe(3);
  });

  test("are given up if the host allows fewer than are held", async () => {
    const all = Array.from({ length: 4 }, () => request());
    for (let round = 0; round < 3; round += 1) for (const one of all) await renewSlots(store.db, one, share);
    for (let round = 0; round < 2; round += 1) for (const one of all) await renewSlots(store.db, one, share, () => 1);
    const [sum] = await store.db.query<{ held: number }>("select sum(held) as held from sluice.slots where host = $1", [host]);
    expect(sum!.held).toBe(1);
  });

  test("are handed on one by one while the host allows fewer", async () => {
    const [one, other] = [request(), request()];
    const ramp = (): number => 1;
    expect(await renewSlots(store.db, one, share, ramp)).toMatchObject({ held: 1, allowed: 1, limit: 1 });
    expect(await renewSlots(store.db, other, share, ramp)).toMatchObject({ held: 0 });
    await renewSlots(store.db, { ...one, inFlight: 1 }, share, ramp);
    expect(await renewSlots(store.db, { ...one, inFlight: 1 }, share, ramp)).toMatchObject({ held: 1, allowed: 0 });
    expect(await renewSlots(store.db, other, share, ramp)).toMatchObject({ held: 0 });
    expect(await renewSlots(store.db, one, share, ramp)).toMatchObject({ held: 0 });
    expect(await renewSlots(store.db, other, share, ramp)).toMatchObject({ held: 1 });
  });

  test("are counted over all processes with a valid lease", async () => {
    const [one, other] = [request({ wanted: 3 }), request({ wanted: 2 })];
    expect(await slotsHeld(store.db, host)).toBe(0);
    await renewSlots(store.db, one, share);
    await renewSlots(store.db, other, share);
    expect(await slotsHeld(store.db, host)).toBe(5);
    await store.db.query("update sluice.slots set expires = now() where process = $1", [one.process]);
    expect(await slotsHeld(store.db, host)).toBe(2);
  });

  test("follow the lowest limit of all processes, down to the requests in flight", async () => {
    const [one, other] = [request(), request({ limit: 2 })];
    await renewSlots(store.db, one, share);
    expect(await renewSlots(store.db, other, share)).toMatchObject({ held: 0, limit: 2 });
    expect(await renewSlots(store.db, { ...one, inFlight: 3 }, share)).toMatchObject({ held: 3, limit: 2 });
    expect(await renewSlots(store.db, other, share)).toMatchObject({ held: 0 });
    await renewSlots(store.db, { ...one, inFlight: 0 }, share);
    expect(await renewSlots(store.db, other, share)).toMatchObject({ held: 1 });
  });

  test("of a process can be taken once its lease has ended, and released ones at once", async () => {
    const [dead, next, last] = [request(), request(), request()];
    await renewSlots(store.db, dead, share);
    expect((await renewSlots(store.db, next, share)).held).toBe(0);
    await store.db.query("update sluice.slots set expires = now() where process = $1", [dead.process]);
    expect((await renewSlots(store.db, next, share)).held).toBe(8);
    await releaseSlots(store.db, next.process);
    expect((await renewSlots(store.db, last, share)).held).toBe(8);
  });

  test("are lost to a process whose lease has ended: its requests were aborted, and others hold them", async () => {
    const [slow, next] = [request(), request()];
    await renewSlots(store.db, slow, share);
    await store.db.query("update sluice.slots set expires = now() where process = $1", [slow.process]);
    expect((await renewSlots(store.db, next, share)).held).toBe(8);
    // Its report is from before its renewal was delayed.
    expect((await renewSlots(store.db, { ...slow, inFlight: 8 }, share)).held).toBe(0);
    expect((await renewSlots(store.db, { ...next, inFlight: 8 }, share)).held).toBe(8);
  });

  test("record the targets in flight in the process's batch", async () => {
    const sweep = await aSweep(store.db, { dataset: host });
    const me = request({ uid: sweep.uid, batch: 0 });
    await renewSlots(store.db, { ...me, asked: [7, 9] }, share);
    const marks = (): Promise<unknown[]> => store.db.query("select asked from sluice.batches where sweep_uid = $1", [sweep.uid]);
    expect(await marks()).toEqual([{ asked: [7, 9] }]);
    await renewSlots(store.db, me, share);
    expect(await marks()).toEqual([{ asked: [] }]);
  });

  describe("and their host", () => {
    test("keeps the last hundred outcomes of all processes", async () => {
      await renewSlots(store.db, request({ outcomes: "x".repeat(30) }), share);
      const { host: state } = await renewSlots(store.db, request({ outcomes: ".".repeat(80) }), share);
      expect(state.recent).toBe("x".repeat(20) + ".".repeat(80));
    });

    test("tells every process what any of them met last, and who else holds slots", async () => {
      const sweep = await aSweep(store.db);
      await renewSlots(store.db, request({ uid: sweep.uid, outcomes: "x", lastError: "HTTP 503\u0000: none" }), share);
      await renewSlots(store.db, request({ outcomes: "." }), share);
      const { host: state, holders } = await renewSlots(store.db, request(), share);
      expect(state.lastError).toBe("HTTP 503\uFFFD: none");
      expect(holders).toEqual([expect.stringMatching(/^sweep-/)]);
    });

    test("is paused for every process, by the longest pause", async () => {
      const me = request();
      await pauseHost(store.db, host, 50, "429", "HTTP 429");
      await pauseHost(store.db, host, 5, "shorter", "HTTP 429: slow down");
      const { host: state } = await renewSlots(store.db, me, share);
      expect(state).toMatchObject({ pauseReason: "429", circuit: null, lastError: "HTTP 429: slow down" });
      expect(Math.abs(state.pausedSince! - state.now)).toBeLessThan(5);
      expect(state.pausedSeconds).toBeGreaterThan(40);
      expect(state.secondsSincePauseEnded).toBeLessThan(-40);
      await store.db.query("update sluice.hosts set paused_until = now() - interval '3 seconds' where name = $1", [host]);
      const after = (await renewSlots(store.db, me, share)).host;
      expect(after).toMatchObject({ pausedSeconds: 0, pauseReason: null });
      expect(after.secondsSincePauseEnded).toBeGreaterThanOrEqual(3);
    });

    test("with an open circuit is probed by one process at a time, and starts anew when the circuit closes", async () => {
      const me = request({ outcomes: "xxx" });
      await renewSlots(store.db, me, share);
      expect(await takeProbe(store.db, host, 60)).toBe(false);
      await openCircuit(store.db, host);
      await openCircuit(store.db, host);
      expect((await renewSlots(store.db, { ...me, outcomes: "" }, share)).host).toMatchObject({ circuit: { since: expect.any(Number) as number, probedAt: expect.any(Number) as number }, recent: "xxx" });
      expect(await takeProbe(store.db, host, 60)).toBe(false);
      await store.db.query("update sluice.hosts set probe_at = now() - interval '61 seconds' where name = $1", [host]);
      const taken = await Promise.all(Array.from({ length: 6 }, () => takeProbe(store.db, host, 60)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      await closeCircuit(store.db, host);
      const well = (await renewSlots(store.db, { ...me, outcomes: "" }, share)).host;
      expect(well).toMatchObject({ circuit: null, recent: "", pausedSeconds: 0 });
      expect(well.secondsSincePauseEnded).toBeLessThan(10);
    });
  });
});
