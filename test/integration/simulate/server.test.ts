import net from "node:net";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { connect } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { ask, counted, DAY, get, NOW, parse, pathOf, start, TOKEN } from "./asking.ts";

const open: Simulator[] = [];
async function started(scenario: object = {}): Promise<Simulator> {
  const simulator = await start(scenario);
  open.push(simulator);
  return simulator;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function targets(simulator: Simulator): Promise<string[]> {
  const list = JSON.parse((await get(`${simulator.url}/data/ris-asns/data.json?list_asns=true`)).body.toString()) as { data: { asns: number[] } };
  return list.data.asns.map((asNumber) => `AS${asNumber}`);
}

test("a path that is no URL is refused, and the simulator lives on", async () => {
  const simulator = await started();
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(Number(new URL(simulator.url).port), "127.0.0.1", () => socket.write("GET //[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString())).on("end", () => resolve(text)).on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(await targets(simulator)).not.toEqual([]);
});

describe("what is served", () => {
  test.each([
    ["2026", "TRUE"],
    ["2026", "FALSE"],
    ["2025", "TRUE"],
    ["2025", "FALSE"],
  ])("is what the oracle expects, for every target (%s, unix_timestamps=%s)", async (format, unix) => {
    const simulator = await started({ format, source: { targets: 250, largest: 3_000 }, big: { AS3333: 200_000 } });
    let busy = 0;
    for (const target of await targets(simulator)) {
      const { status, body } = await ask(simulator, target, { query: { unix_timestamps: unix } });
      const expected = simulator.expected(target, DAY, unix === "TRUE" ? "unix" : "iso");
      expect(status, target).toBe(expected.refused ? 400 : 200);
      if (expected.refused) continue;
      const answer = parse(body);
      expect(counted(answer), target).toEqual(expected.observations);
      expect(answer.data.nr_updates).toBe(expected.declared);
      if (expected.updates > 0) busy++;
    }
    expect(busy).toBeGreaterThan(50);
  });

  test("is the same text for the same seed, target and window, whatever the order of the questions", async () => {
    const [one, other] = [await started({ seed: 5 }), await started({ seed: 5 })];
    const some = (await targets(one)).slice(0, 40);
    const texts = async (simulator: Simulator, order: readonly string[]): Promise<Map<string, string>> => {
      const found = new Map<string, string>();
      for (const target of order) found.set(target, (await ask(simulator, target)).body.toString());
      return found;
    };
    expect(await texts(other, some.toReversed())).toEqual(await texts(one, some));
    expect((await ask(await started({ seed: 6 }), "AS12654")).body.equals((await ask(one, "AS12654")).body)).toBe(false);
  });

  test("honours starttime and endtime: hours put together are the day", async () => {
    const simulator = await started();
    const whole = parse((await ask(simulator, "AS12654")).body).data.updates;
    const hours = [];
    for (let from = DAY.start; from < DAY.end; from += 3_600) hours.push(...parse((await ask(simulator, "AS12654", { window: { start: from, end: from + 3_600 } })).body).data.updates);
    expect(hours).toEqual(whole);
  });

  test("holds the second of endtime where the scenario says that it does, and the oracle keeps it outside", async () => {
    const simulator = await started({ endtime: "inclusive" });
    const { data } = parse((await ask(simulator, "AS12654")).body);
    const expected = simulator.expected("AS12654", DAY);
    expect(data.updates.filter(({ timestamp }) => timestamp === DAY.end)).toHaveLength(expected.outside);
    expect(expected.outside).toBeGreaterThan(0);
    expect(data.nr_updates).toBe(expected.updates + expected.outside);
    expect(expected.observations.every(({ at }) => at < DAY.end)).toBe(true);
  });

  test("takes ISO times in the question and says them in the form that was asked for", async () => {
    const simulator = await started();
    const { data } = parse((await ask(simulator, "AS1", { query: { starttime: "2026-11-23T00:00:00", endtime: "2026-11-24", unix_timestamps: "FALSE" } })).body);
    expect([data.query_starttime, data.query_endtime]).toEqual(["2026-11-23T00:00:00", "2026-11-24T00:00:00"]);
    const unix = parse((await ask(simulator, "AS1")).body).data;
    expect([unix.query_starttime, unix.query_endtime]).toEqual([DAY.start, DAY.end]);
  });

  test("is a 400 with the reason for what cannot be answered", async () => {
    const simulator = await started();
    for (const target of ["AS64512", "hello"]) {
      const { status, body } = await ask(simulator, target);
      expect([status, parse(body).status, parse(body).data]).toEqual([400, "error", {}]);
      expect(parse(body).messages[0]).toEqual(["error", expect.stringContaining("is of unsupported type")]);
    }
    expect((await get(`${simulator.url}/data/other/data.json`)).status).toBe(404);
  });
});

describe("the list of AS numbers", () => {
  test("names them, and the time that it is of", async () => {
    const simulator = await started({ source: { targets: [3333, 7, 12654] } });
    const list = async (query: string): Promise<unknown> => (JSON.parse((await get(`${simulator.url}/data/ris-asns/data.json?${query}`)).body.toString()) as { data: unknown }).data;
    expect(await list("list_asns=true")).toMatchObject({ asns: [7, 3333, 12654], counts: { total: 3 }, query_time: new Date(NOW).toISOString().slice(0, 11) + "00:00:00" });
    expect(await list("list_asns=true&query_time=2026-11-20T17:30")).toMatchObject({ query_time: "2026-11-20T16:00:00" });
    expect(await list("")).not.toHaveProperty("asns");
  });
});

describe("compression", () => {
  const INFLATE = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
  test.each(["gzip", "br", "zstd"] as const)("of small and of streamed answers is sound (%s)", async (encoding) => {
    const simulator = await started({ source: { targets: [1], active: 1, median: 5_000, sigma: 0 } });
    for (const target of ["AS12654", "AS1", "AS64512"]) {
      const plain = await ask(simulator, target);
      const packed = await ask(simulator, target, { encoding });
      expect(plain.headers["content-encoding"]).toBeUndefined();
      if (packed.status === 200) {
        expect(packed.headers["content-encoding"]).toBe(encoding);
        expect(INFLATE[encoding](packed.body).equals(plain.body)).toBe(true);
      }
    }
  });
  test("is not done where the scenario has none", async () => {
    const simulator = await started({ compression: [] });
    expect((await ask(simulator, "AS12654", { encoding: "gzip, br, zstd" })).headers["content-encoding"]).toBeUndefined();
  });
});

describe("HTTPS", () => {
  test("is trusted with the certificate that it tells, and not without", async () => {
    const simulator = await started({ tls: true });
    expect(simulator.url).toMatch(/^https:/);
    expect((await ask(simulator, "AS12654")).status).toBe(200);
    expect(await get(simulator.url + pathOf("AS1"))).toMatchObject({ error: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const name = await new Promise<boolean>((resolve, reject) => {
      const socket = connect({ port: Number(new URL(simulator.url).port), host: "127.0.0.1", servername: "localhost", ca: simulator.caCertificate }, () => {
        resolve(socket.authorized);
        socket.destroy();
      }).on("error", reject);
    });
    expect(name).toBe(true);
  });
});

describe("a simulator that runs", () => {
  test("tells through HTTP what it has seen and what it would expect, and takes other faults", async () => {
    const simulator = await started();
    const { body } = await ask(simulator, "AS12654");
    const stats = JSON.parse((await get(`${simulator.url}/simulator/stats`)).body.toString()) as unknown;
    expect(stats).toEqual(JSON.parse(JSON.stringify(simulator.stats())));
    expect(stats).toMatchObject({ requests: 1, requestsByTarget: { AS12654: 1 }, bytes: body.length, bytesByTarget: { AS12654: body.length } });
    const expected = JSON.parse((await get(`${simulator.url}/simulator/expected?resource=AS12654&starttime=${DAY.start}&endtime=${DAY.end}`)).body.toString()) as unknown;
    expect(expected).toEqual(simulator.expected("AS12654", DAY));

    const post = (body: string): Promise<Response> => fetch(`${simulator.url}/simulator/faults`, { method: "POST", body, headers: { authorization: `Bearer ${TOKEN}` } });
    expect((await post('[{"what":"status","status":503}]')).status).toBe(200);
    expect((await ask(simulator, "AS12654")).status).toBe(503);
    const wrong = await post('[{"what":"fire"}]');
    expect([wrong.status, ((await wrong.json()) as { problem: string }).problem]).toEqual([400, expect.stringContaining("faults[0].what: must be one of")]);
    expect((await post("{")).status).toBe(400);
    expect((await ask(simulator, "AS12654")).status).toBe(503);
    expect((await get(`${simulator.url}/simulator/nothing`)).status).toBe(404);
    expect((await get(`${simulator.url}/simulator/expected?resource=AS1`)).status).toBe(400);
  });

  test("takes faults only with its token, which no web page has", async () => {
    const withToken = await started();
    const withoutToken = await startSimulator(parseScenario({}), { now: () => NOW });
    open.push(withoutToken);
    const statusOf = async ({ url }: Simulator, headers: Record<string, string>): Promise<number> => {
      const answer = await fetch(`${url}/simulator/faults`, { method: "POST", body: '[{"what":"status","status":503}]', headers });
      return answer.status;
    };
    for (const headers of [{}, { authorization: "Bearer t0keN" }, { authorization: `Bearer ${TOKEN}x` }, { authorization: "Bearer " }, { authorization: TOKEN }]) {
      expect([headers, await statusOf(withToken, headers), await statusOf(withoutToken, headers)]).toEqual([headers, 401, 401]);
    }
    expect((await ask(withToken, "AS12654")).status).toBe(200);
    expect((await ask(withoutToken, "AS12654")).status).toBe(200);
  });

  test("says that its port is taken", async () => {
    const simulator = await started();
    const again = startSimulator(parseScenario({}), { port: Number(new URL(simulator.url).port), now: () => NOW });
    await expect(again).rejects.toThrow(SurroundingsError);
    await expect(again).rejects.toThrow("cannot listen on 127.0.0.1");
  });

  test("closes while answers are under way", async () => {
    const simulator = await start({ latency: { distribution: "constant", seconds: 600 } });
    const answers = [ask(simulator, "AS1"), ask(simulator, "AS2")];
    await expect.poll(() => simulator.stats().mostInFlight).toBe(2);
    await simulator.close();
    expect((await Promise.all(answers)).map(({ whole }) => whole)).toEqual([false, false]);
  });
});
