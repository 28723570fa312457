import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { type NamespaceWatch, watchNamespace } from "./support/watch-namespace.ts";

const TARGETS = Array.from({ length: 12 }, (_, index) => `AS${index + 1}`);
const SECRETS = {
  password: `pw-${randomBytes(9).toString("hex")}`,
  token: `token-${randomBytes(9).toString("hex")}`,
  proxy: `http://somebody:pr-${randomBytes(9).toString("hex")}@proxy.example:3128`,
  key: `key-${randomBytes(9).toString("hex")}`,
};

let installation: Installation;
let everything: NamespaceWatch;

beforeAll(async () => {
  // One answer is an error that repeats a secret. Another does not come before the faults are taken away.
  installation = await openInstallation("secrets", {
    seed: 7,
    compression: ["gzip"],
    source: { kind: "model", targets: TARGETS.map((name) => Number(name.slice(2))), active: 0.5, largest: 500 },
    limits: { inFlight: 64 },
    faults: [
      { what: "error-body", reason: `Nobody has the key ${SECRETS.token}.`, when: { targets: ["AS3"] } },
      { what: "slow", latency: { distribution: "constant", seconds: 60 }, when: { targets: ["AS1"] } },
    ],
  });
  await installation.install({ logLevel: "debug", dashboards: { enabled: true } });
  everything = await watchNamespace(installation);
});

afterAll(async () => {
  await everything.stop();
  await installation.close();
});

const headers = {
  authorization: { valueFrom: { secretKeyRef: { name: "api", key: "token" } } },
  "x-through": { valueFrom: { secretKeyRef: { name: "api", key: "proxy" } } },
};

async function begin(name: string, uri: string, token = SECRETS.token): Promise<void> {
  await installation.apply(
    { apiVersion: "v1", kind: "Secret", metadata: { name: `${name}-db` }, stringData: { uri } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: `${name}-api` }, stringData: { token, proxy: SECRETS.proxy } },
  );
  const own = Object.fromEntries(Object.entries(headers).map(([header, { valueFrom }]) => [header, { valueFrom: { secretKeyRef: { ...valueFrom.secretKeyRef, name: `${name}-api` } } }]));
  const spec = { targets: { list: TARGETS }, request: { headers: own, attempts: 10, timeouts: { headers: "5s" } }, host: { inFlight: 64 }, store: { secretRef: { name: `${name}-db`, key: "uri" } } };
  await installation.apply(installation.aCronSweep(name, spec, NEVER), aSweep(name, name, YESTERDAY));
}

const isBlocked = ({ status }: SweepObject): boolean => status?.phase === "Blocked";

test("no object, event, log, metric or termination message contains a secret, whether a sweep succeeds or its secrets are wrong", async () => {
  const given = await installation.kubectl("get", "secret", "bgp-db-app", "--output", "jsonpath={.data.uri}");
  const whole = Object.assign(new URL(Buffer.from(given, "base64").toString()), { password: SECRETS.password });
  await begin("whole", whole.href);
  await begin("away", Object.assign(new URL(whole), { hostname: `nobody.${installation.namespace}` }).href);
  await begin("nonsense", `postgres//sluice:${SECRETS.password}@db/sluice`);
  await begin("odd", Object.assign(new URL(whole), { search: `?sslmode=${SECRETS.password}` }).href);
  await begin("header", whole.href, `${SECRETS.key}\n`);

  for (const [what, text] of [["metrics of pod/whole-b0-", "sluice_worker_requests_total"], ["logs of pod/whole-b0-", "Nobody has the key"], ["logs of pod/header-p1-", "{"]] as const) {
    await until(`the ${what}… are read`, () => [...everything.seen].some(([source, read]) => source.startsWith(what) && read.includes(text)), 60);
  }
  installation.simulator.set([]);
  expect((await installation.untilSweep("whole", "is finished", ({ status }) => status?.finishedAt !== undefined)).status).toMatchObject({ phase: "Complete", settled: 12 });
  for (const name of ["away", "nonsense", "odd", "header"]) {
    await installation.untilSweep(name, "is Blocked", isBlocked);
  }

  const read = await everything.read();
  // Makes sure that the termination messages and the places that name the secrets were read.
  expect(read.get("pods")).toMatch(/message: .*"program":"batch"/);
  expect(read.get("pods")).toMatch(/secretKeyRef:\n +key: token\n +name: whole-api/);
  expect(read.get("metrics")).toContain("sluice_sweep_requests_total");
  expect(read.get("what stands")).toContain("grafana_dashboard");
  const found = [...read].flatMap(([what, text]) => Object.values(SECRETS).flatMap(ways).filter((secret) => text.includes(secret)).map((secret) => `${what}: ${secret}`));
  expect(found).toEqual([]);

  // A wrong Secret is not a wrong spec.
  await installation.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "header-api" }, stringData: { token: SECRETS.key } });
  expect((await installation.untilSweep("header", "is finished", ({ status }) => status?.finishedAt !== undefined)).status).toMatchObject({ phase: "Complete", settled: 12 });
});

test("the chart refuses a proxy with a password, which every pod would show", async () => {
  await expect(installation.install({ workers: { proxy: { https: SECRETS.proxy } } })).rejects.toThrow(/workers[./]proxy[./]https/);
});

/** The secret itself, as a Secret encodes it, as a URL encodes it, and the secret part of a URL. */
function ways(secret: string): string[] {
  const [, password] = /:([^:@]+)@/.exec(secret) ?? [];
  return [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret), ...(password === undefined ? [] : [password])];
}
