import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { SWEEPS } from "../../../src/controller/resources.ts";
import { JOBS } from "../../../src/kube/object.ts";
import { wrongWith } from "../../support/docs/log-fields.ts";
import { startControllerBeside } from "../../support/kube/controller-beside.ts";
import type { ControllerProcess } from "../../support/kube/controller-process.ts";
import { runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { type KubeApi, startKubeApi, sweepDraft, untilFinished } from "./a-controller.ts";

let api: KubeApi;
let controller: ControllerProcess;
let close: () => Promise<void>;

beforeEach(async () => {
  api = await startKubeApi();
  const beside = await startControllerBeside(api, { programs: inject("programs"), logLevel: "debug" });
  controller = beside.controller;
  close = async () => {
    beside.closeFront();
    await api.close();
  };
});

afterEach(() => close());

test("every line of the controller is JSON with the fields of docs/logs.md, whatever happens to a sweep", async () => {
  const world = simulateSweep({ targets: 30, batch: 10, passes: 3, fate: (target, pass) => (pass > 1 ? "ok" : target === 7 ? "failed" : target === 15 ? "memory" : target === 25 ? "crash" : "ok") });
  const jobs = runJobs(api, world);
  const allow = api.fail({ verb: "create", resource: "jobs", times: 2, how: { status: 403, reason: "Forbidden", message: "exceeded quota" } });
  api.objects.create(SWEEPS, sweepDraft("daily"));
  await untilFinished(api, "daily");
  allow();
  await until("no Job is left", () => api.objects.list(JOBS).length === 0);
  api.cutWatches();
  expect(await controller.stop()).toBe(0);
  jobs.stop();

  expect(controller.log.map(wrongWith).filter((wrong) => wrong !== null)).toEqual([]);
  const lines = controller.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toMatchObject({ level: "info", program: "controller", msg: "started", version: expect.stringMatching(/^\d/) as string });
  expect(lines.filter(({ msg }) => msg === "batch ended").length).toBeGreaterThanOrEqual(4);
  expect(lines.find(({ outOfMemory }) => outOfMemory === true)).toMatchObject({ sweep: "daily", namespace: "bgp", dataset: "bgp/daily", window: "2026-11-20", exitCode: 137, peakBytes: expect.any(Number) as number });
  expect(lines.find(({ httpStatus }) => httpStatus === 403)).toMatchObject({ level: "warn", sweep: "daily", reason: "Forbidden", error: expect.stringContaining("exceeded quota") as string });
  expect(lines.find(({ msg }) => msg === "Job created")).toMatchObject({ level: "debug", sweepUid: expect.any(String) as string, job: "daily-p1-1-1" });
  expect(lines.at(-1)).toMatchObject({ msg: "stopped", reason: "given-back" });
});
