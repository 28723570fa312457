import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { CRON_SWEEPS, type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import { without } from "../../../src/model/without.ts";
import { startControllerBeside } from "../../support/kube/controller-beside.ts";
import type { ControllerProcess } from "../../support/kube/controller-process.ts";
import { type KubeJobs, runJobs } from "../../support/kube/run-jobs.ts";
import { readExposed, valueOf } from "../../support/metrics/exposition.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aSpec, type KubeApi, startKubeApi, sweepDraft, untilFinished } from "./a-controller.ts";

/** As the chart sets them for the default of 128Mi: charts/sluice/templates/deployment.yaml. */
const FLAGS = ["--max-old-space-size=64", "--max-semi-space-size=4"];
const MEGABYTE = "x".repeat(1_000_000);

let api: KubeApi;
let jobs: KubeJobs;
let controller: ControllerProcess;
let close: () => void;

beforeEach(async () => {
  api = await startKubeApi();
  jobs = runJobs(api, simulateSweep({ targets: 30, batch: 5, passes: 3 }));
});

afterEach(async () => {
  await controller.stop();
  close();
  jobs.stop();
  await api.close();
});

async function start(): Promise<void> {
  const beside = await startControllerBeside(api, { programs: inject("programs"), flags: FLAGS, namespaces: ["bgp", "flood"] });
  controller = beside.controller;
  close = beside.closeFront;
}

function inFlood(name: string, spec: object, annotations: Record<string, string> = {}): Parameters<typeof api.objects.create>[1] {
  return { metadata: { namespace: "flood", name, annotations }, spec } as never;
}

const isRefused = ({ status }: SweepObject): boolean => status?.phase === "Invalid" || status?.conditions?.some(({ type, status: holds }) => type === "Blocked" && holds === "True") === true;

function flood(): SweepObject[] {
  return api.objects.list(SWEEPS, "flood");
}

/** It began after the flood, and ends before that is through. */
async function overtakes(name: string): Promise<void> {
  api.objects.create(SWEEPS, sweepDraft(name));
  expect((await untilFinished(api, name, 120)).status?.phase).toBe("Complete");
  expect(flood().some((sweep) => !isRefused(sweep))).toBe(true);
}

/** Each made to take the memory or the time of who checks it. */
const BAD_PATTERNS = [`(a)(?:${Array.from({ length: 490 }, () => "a").join("|")})+`, ".".repeat(490), `(a)${"(?:a|a)".repeat(24)}b`, "(a{1,4000})\\1b", "(?:(?=[^x]*b)a)+(c)"];

const template = without(aSpec(), "window", "select", "replace", "suspend");

test("a tenant's specs of a megabyte, annotations, patterns and thousands of invalid objects take neither the memory nor the turn of another namespace", { timeout: 240_000 }, async () => {
  for (let number = 0; number < 60; number += 1) {
    const list = Array.from({ length: 9000 }, (_, index) => `${number}-${index}`.padEnd(110, "x"));
    api.objects.create(CRON_SWEEPS, inFlood(`list-${number}`, { schedule: "0 5 1 1 *", timeZone: "Etc/UTC", suspend: false, sweepTemplate: { spec: { ...template, targets: { list } } } }) as never);
  }
  for (let number = 0; number < 200; number += 1) api.objects.create(SWEEPS, inFlood(`annotated-${number}`, { ...aSpec(), provider: { name: "none" } }, { note: MEGABYTE.slice(0, 250_000) }) as never);
  for (let number = 0; number < 100; number += 1) {
    api.objects.create(SWEEPS, inFlood(`pattern-${number}`, { ...aSpec(), extract: { pattern: BAD_PATTERNS[number % BAD_PATTERNS.length] } }) as never);
  }
  await start();
  for (let number = 0; number < 2000; number += 1) api.objects.create(SWEEPS, inFlood(`invalid-${number}`, { ...aSpec(), provider: { name: "none" } }) as never);
  await overtakes("daily");
  await until("all are refused", () => flood().every(isRefused), 120);
  await until("metrics count them", async () => valueOf(readExposed(await controller.metrics()), "sluice_sweeps", { phase: "Invalid" }) === 2300);
  expect(controller.isAlive).toBe(true);
});

test("what a tenant has others say, at length and with control characters, costs only the tenant", async () => {
  const shout = `\u0000\u001b[31m\u202e${MEGABYTE}`;
  api.fail({ verb: "create", resource: "jobs", namespace: "flood", how: { status: 403, reason: "Forbidden", message: shout } });
  await start();
  for (let number = 0; number < 50; number += 1) api.objects.create(SWEEPS, inFlood(`refused-${number}`, aSpec()) as never);
  for (let number = 0; number < 50; number += 1) api.objects.create(SWEEPS, inFlood(`echo-${number}`, { ...aSpec(), select: shout }) as never);
  api.objects.create(SWEEPS, sweepDraft("daily"));
  expect((await untilFinished(api, "daily", 120)).status?.phase).toBe("Complete");
  await until("each has its condition", () => flood().every(isRefused), 120);
  for (const { status } of flood()) expect(JSON.stringify(status).length).toBeLessThan(20_000);
  expect(Math.max(...controller.log.map((line) => line.length))).toBeLessThan(20_000);
  expect(controller.isAlive).toBe(true);
});
