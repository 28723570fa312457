import { afterEach, expect, test } from "vitest";
import { Agent, request } from "undici";
import type { Simulator } from "../../../src/simulate/server.ts";
import { ask, get, pathOf, start } from "./asking.ts";

const open: Simulator[] = [];
async function started(scenario: object): Promise<Simulator> {
  const simulator = await start(scenario);
  open.push(simulator);
  return simulator;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

const SLOW = { distribution: "constant", seconds: 0.1 };

test("more requests at once than allowed are answered with 429 and counted", async () => {
  const simulator = await started({ limits: { inFlight: 3 }, latency: SLOW });
  const statuses = (await Promise.all([1, 2, 3, 4, 5].map((target) => ask(simulator, `AS${target}`)))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  expect(simulator.stats()).toMatchObject({ breaches: { inFlight: 2 }, byStatus: { 200: 3, 429: 2 } });
});

test("or only counted, where the scenario says so", async () => {
  const simulator = await started({ limits: { inFlight: 3, overLimit: "count" }, latency: SLOW });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((target) => ask(simulator, `AS${target}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(simulator.stats()).toMatchObject({ breaches: { inFlight: 2 }, mostInFlight: 5 });
});

test("requests without sourceapp are counted", async () => {
  const simulator = await started({});
  await ask(simulator, "AS1");
  await get(`${simulator.url}/data/bgp-updates/data.json?resource=AS1`);
  expect(simulator.stats().breaches).toEqual({ inFlight: 0, sourceapp: 1 });
});

test("a client that keeps exactly to the limit is never in breach, though it aborts some of its requests", async () => {
  const simulator = await started({ limits: { inFlight: 8 }, latency: { distribution: "uniform", fromSeconds: 0, toSeconds: 0.004 }, big: { AS7: 3_000_000 } });
  const agent = new Agent({ connections: 8, pipelining: 1 });
  let next = 0;
  async function worker(): Promise<void> {
    while (next < 600) {
      const number = next++;
      const enough = new AbortController();
      try {
        const { statusCode, body } = await request(simulator.url + pathOf(number % 10 === 0 ? "AS7" : `AS${number}`), { dispatcher: agent, signal: enough.signal });
        expect(statusCode).not.toBe(429);
        if (number % 10 === 0) enough.abort();
        await body.arrayBuffer();
      } catch (error) {
        if (!enough.signal.aborted) throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker));
  await agent.close();
  expect(simulator.stats()).toMatchObject({ requests: 600, breaches: { inFlight: 0 } });
  expect(simulator.stats().mostInFlight).toBeLessThanOrEqual(8);
});
