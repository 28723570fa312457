import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { serveHttp } from "../../../src/metrics/http-endpoint.ts";
import type { BatchMessage } from "../../../src/model/message.ts";
import { wrongWith } from "../../support/docs/log-fields.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";
import { anIdentity, DAYS, openPlace, type PreparePlaces } from "../prepare/place.ts";

/** The worker as in a pod: with a health port, and with a grace period after SIGTERM. */

let place: PreparePlaces;
let folder: Awaited<ReturnType<typeof aFolder>>;
let child: ChildProcess | null = null;
let datasets = 0;

beforeAll(async () => {
  place = await openPlace({ seed: 3, source: { kind: "model", targets: 20, active: 0.5, largest: 50 }, limits: { inFlight: 16 } });
  folder = await aFolder();
});

afterEach(() => {
  child?.kill("SIGKILL");
  place.simulator.set([]);
});

afterAll(async () => {
  await place.close();
  await folder.remove();
});

interface Worker {
  readonly exited: Promise<number | null>;
  port(): number;
  health(): Promise<number>;
  message(): Promise<BatchMessage | null>;
}

async function startBatch(uid: string, env: Record<string, string> = {}): Promise<Worker> {
  const messageFile = path.join(folder.path, `${uid}.json`);
  const started = spawn(process.execPath, [path.join(inject("programs"), "worker.mjs"), "batch", uid, "0"], {
    env: { DATABASE_URL: place.store.url, SLUICE_MESSAGE_FILE: messageFile, SLUICE_MEMORY_BYTES: String(2 ** 30), SLUICE_HEALTH_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  child = started;
  let stdout = "";
  started.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const exited = once(started, "close").then(() => {
    expect(stdout.trimEnd().split("\n").map(wrongWith).filter((wrong) => wrong !== null)).toEqual([]);
    return started.exitCode;
  });
  const port = (): string | undefined => /"port":(\d+)/.exec(stdout)?.[1];
  await until("it listens", () => port() !== undefined || started.exitCode !== null);
  return {
    exited,
    port: () => Number(port()),
    health: async () => (await fetch(`http://127.0.0.1:${port()!}/healthz`)).status,
    message: async () => JSON.parse((await readFile(messageFile, "utf8").catch(() => "")) || "null") as BatchMessage | null,
  };
}

async function prepared(): Promise<string> {
  const identity = anIdentity();
  const spec = await place.spec(DAYS.first, { batch: { targets: 20 } }, `pod-${(datasets += 1)}`);
  await place.prepare(identity, spec);
  return identity.uid;
}

test("is healthy while it waits for the host, stops within the grace period, and gives its slots back", async () => {
  const uid = await prepared();
  place.simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 60 } }]);
  const worker = await startBatch(uid);
  await until("its requests are in flight", async () => ((await worker.message())?.inFlight ?? 0) > 0);
  expect(await worker.health()).toBe(200);
  expect(await slots()).toBe(1);

  const asked = performance.now();
  child!.kill("SIGTERM");
  expect(await worker.exited).toBe(143);
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(await slots()).toBe(0);
  expect(await worker.message()).toMatchObject({ program: "batch", targets: 20, inFlight: 0 });
  expect(await worker.message()).not.toHaveProperty("problem");
});

test("exits when its work is done, even with an open connection to its port", { timeout: 40_000 }, async () => {
  const uid = await prepared();
  place.simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 1 } }]);
  const worker = await startBatch(uid);
  const socket = connect(worker.port(), "127.0.0.1");
  await once(socket, "connect");
  try {
    expect(await worker.health()).toBe(200);
    expect(await worker.exited).toBe(0);
  } finally {
    socket.destroy();
  }
});

test("uses the host's limit from its environment instead of the frozen one", async () => {
  const uid = await prepared();
  place.simulator.set([{ what: "slow", latency: { distribution: "constant", seconds: 60 } }]);
  const worker = await startBatch(uid, { SLUICE_HOST_IN_FLIGHT: "3" });
  await until("its requests are in flight", async () => ((await worker.message())?.inFlight ?? 0) > 0);
  await until("it has all the slots there are", async () => (await worker.message())?.inFlight === 3);
  expect((await worker.message())?.slots.limit).toBe(3);
});

test("exits with 3 and the sentence if its port is in use", async () => {
  const taken = await serveHttp({ port: 0, pages: { "/metrics": () => Promise.reject(new Error("nobody asks")) } });
  const worker = await startBatch("taken", { SLUICE_HEALTH_PORT: String(taken.port) });
  expect(await worker.exited).toBe(3);
  expect(await worker.message()).toMatchObject({ problem: `Cannot serve /healthz and /metrics on port ${taken.port}: another program uses this port.` });
  taken.close();
});

test.each([
  ["an invalid database URL", { DATABASE_URL: "bgp-db" }, "The database URL does not start with postgres://: expected postgres://user:password@host:port/database."],
  ["an invalid CA", { SLUICE_DATABASE_CA: "x" }, "The CA of the database is not a certificate: expected PEM, starting with -----BEGIN CERTIFICATE-----."],
  ["an additional CA whose ConfigMap is missing", { NODE_EXTRA_CA_CERTS: "/sluice-ca/ca.pem" }, "The additional CA certificates are missing: the ConfigMap for /sluice-ca/ca.pem does not exist in this namespace, or has no such key."],
])("exits with 3 and the sentence for %s", async (_, env: Record<string, string>, problem) => {
  const worker = await startBatch("none", env);
  expect(await worker.exited).toBe(3);
  expect(await worker.message()).toMatchObject({ problem });
});

async function slots(): Promise<number> {
  const [row] = await place.store.db.query<{ count: number }>("select count(*)::integer as count from sluice.slots where expires > now()");
  return row!.count;
}

test("says in its message what it waits for: a host that another process found unhealthy", async () => {
  const uid = await prepared();
  const host = new URL(place.simulator.url).host;
  await place.store.db.query("update sluice.hosts set ill_since = now(), probe_at = now() + interval '1 hour', last_error = 'HTTP 503: none' where name = $1", [host]);
  try {
    const worker = await startBatch(uid);
    await until("it says so", async () => ((await worker.message())?.waiting ?? null) !== null);
    const message = await worker.message();
    expect(message).toMatchObject({ paused: "illness", inFlight: 0, waiting: { for: "illness", what: `${host} is unhealthy`, error: "HTTP 503: none" } });
    expect(message!.waiting!.until! - message!.waiting!.since).toBeGreaterThan(0);
    expect(await worker.health()).toBe(200);
    child!.kill("SIGTERM");
    expect(await worker.exited).toBe(143);
  } finally {
    await place.store.db.query("update sluice.hosts set ill_since = null, probe_at = null where name = $1", [host]);
  }
});

test("ends within seconds where the database's host has no address, with a sentence of its own", async () => {
  // Longer than a label may be, so no name server is asked.
  const host = "x".repeat(64);
  const started = performance.now();
  const worker = await startBatch(anIdentity().uid, { DATABASE_URL: `postgres://me@${host}/bgp` });
  expect(await worker.exited).toBe(3);
  expect(await worker.message()).toMatchObject({ problem: `The database at ${host}:5432/bgp cannot be found: the host name ${host} does not resolve (ENOTFOUND). Check the database's URL.` });
  expect(performance.now() - started).toBeLessThan(15_000);
});
