import { expect, test } from "vitest";
import { EventRecorder } from "../../../src/kube/event-recorder.ts";
import { EVENTS, type Job, JOBS } from "../../../src/kube/object.ts";
import type { KubeApi } from "../../support/kube/simulated-api/server.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";
import { aClient, aJob, anApi } from "./apis.ts";

const TELLING = { type: "Warning", reason: "BatchFailed", message: "Batch 3 failed" } as const;

async function aRecorder(): Promise<{ api: KubeApi; clock: FakeClock; recorder: EventRecorder; job: Job; lost: unknown[]; messages: () => (string | undefined)[] }> {
  const api = await anApi();
  const clock = new FakeClock();
  const lost: unknown[] = [];
  const recorder = new EventRecorder({ client: aClient(api, { clock }), clock, component: "sluice", onLost: (error) => lost.push(error) });
  const job = api.objects.create(JOBS, aJob("job"));
  return { api, clock, recorder, job, lost, messages: () => api.objects.list(EVENTS).map(({ message }) => message) };
}

test("writes an event of its object", async () => {
  const { api, recorder, job } = await aRecorder();
  recorder.record(JOBS, job, TELLING);
  await recorder.written();
  const [event] = api.objects.list(EVENTS);
  expect(event).toMatchObject({ ...TELLING, count: 1, source: { component: "sluice" }, firstTimestamp: "2026-11-21T05:00:00.000Z", metadata: { namespace: "one" } });
  expect(event!.metadata.name).toMatch(/^job\..{5}$/);
  expect(event!.involvedObject).toMatchObject({ apiVersion: "batch/v1", kind: "Job", namespace: "one", name: "job", uid: job.metadata.uid });
});

test("shows what is invisible in a text that an event quotes", async () => {
  const { recorder, job, messages } = await aRecorder();
  recorder.record(JOBS, job, { ...TELLING, message: "The provider says \u001b[2J\u202eevil\0" });
  await recorder.written();
  expect(messages()).toEqual(["The provider says \\u001b[2J\\u202eevil\\u0000"]);
});

test("repeats an event of an object only after ten minutes", async () => {
  const { clock, recorder, job, messages } = await aRecorder();
  recorder.record(JOBS, job, TELLING);
  recorder.record(JOBS, job, TELLING);
  await clock.advance(599);
  recorder.record(JOBS, job, TELLING);
  recorder.record(JOBS, job, { ...TELLING, message: "Batch 4 failed" });
  await recorder.written();
  expect(messages().sort()).toEqual(["Batch 3 failed", "Batch 4 failed"]);
  await clock.advance(1);
  recorder.record(JOBS, job, TELLING);
  await recorder.written();
  expect(messages()).toHaveLength(3);
});

test("loses what cannot be written, and goes on", async () => {
  const { api, recorder, job, lost, messages } = await aRecorder();
  const allowed = api.fail({ resource: "events", how: { status: 403, reason: "Forbidden" } });
  recorder.record(JOBS, job, TELLING);
  await recorder.written();
  expect(lost).toHaveLength(1);
  allowed();
  recorder.record(JOBS, job, { ...TELLING, message: "Batch 4 failed" });
  await recorder.written();
  expect(messages()).toEqual(["Batch 4 failed"]);
});

test("holds at most 64 unwritten events of a namespace, and cuts long messages", async () => {
  const { recorder, job, lost, messages } = await aRecorder();
  for (let number = 0; number < 100; number += 1) recorder.record(JOBS, job, { ...TELLING, message: `${number} ${"x".repeat(2000)}` });
  await recorder.written();
  expect(lost).toHaveLength(36);
  expect(messages()).toHaveLength(64);
  expect(Math.max(...messages().map((message) => Buffer.byteLength(message!)))).toBe(1024);
});

test("loses no event of one namespace because another floods, and remembers no more than it writes", async () => {
  const { api, recorder, job, lost } = await aRecorder();
  for (let number = 0; number < 100; number += 1) recorder.record(JOBS, job, { ...TELLING, message: `${number}` });
  const other = api.objects.create(JOBS, aJob("job", { namespace: "two" }));
  recorder.record(JOBS, other, TELLING);
  await recorder.written();
  expect(lost).toHaveLength(36);
  expect(api.objects.list(EVENTS, "two").map(({ message }) => message)).toEqual(["Batch 3 failed"]);
  // They differ only beyond what is written.
  for (const end of ["a", "b"]) recorder.record(JOBS, other, { ...TELLING, message: `${"x".repeat(2000)}${end}` });
  await recorder.written();
  expect(api.objects.list(EVENTS, "two")).toHaveLength(2);
});
