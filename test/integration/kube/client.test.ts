import { expect, test } from "vitest";
import { ApiError, ApiUnreachable, isAlreadyExists, isConflict, isExpired } from "../../../src/kube/api-error.ts";
import { JOBS, PODS, SELF_SUBJECT_ACCESS_REVIEWS } from "../../../src/kube/object.ts";
import { type ApiCall, NotLeading } from "../../../src/kube/requests.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";
import { until } from "../../support/time/until.ts";
import { aClient, addJobs, aJob, anApi } from "./apis.ts";

const KEY = { namespace: "one", name: "job" };

test("creates, reads, changes and deletes an object", async () => {
  const api = await anApi();
  const client = aClient(api);
  const made = await client.create(JOBS, aJob("job"));
  expect(made).toMatchObject({ apiVersion: "batch/v1", kind: "Job", metadata: { ...KEY, generation: 1 } });
  expect(await client.get(JOBS, KEY)).toEqual(made);
  const told = await client.replaceStatus(JOBS, { ...made, status: { active: 1 } });
  expect(told.status).toEqual({ active: 1 });
  const patched = await client.mergePatch(JOBS, KEY, { metadata: { labels: { a: "b" } }, spec: { suspend: true } });
  expect(patched).toMatchObject({ metadata: { labels: { a: "b" }, generation: 2 }, spec: { suspend: true }, status: { active: 1 } });
  expect(await client.delete(JOBS, KEY, { uid: made.metadata.uid })).toBe(true);
  expect(await client.get(JOBS, KEY)).toBeNull();
  expect(await client.delete(JOBS, KEY, {})).toBe(false);
});

test("distinguishes a taken name from a changed object", async () => {
  const api = await anApi();
  const client = aClient(api);
  const made = await client.create(JOBS, aJob("job"));
  await client.replaceStatus(JOBS, { ...made, status: { active: 1 } });
  const refused = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);
  expect(await refused(client.create(JOBS, aJob("job")))).toSatisfy(isAlreadyExists);
  expect(await refused(client.replaceStatus(JOBS, { ...made, status: { active: 2 } }))).toSatisfy(isConflict);
  expect(await refused(client.delete(JOBS, KEY, { uid: "another" }))).toSatisfy(isConflict);
});

test("deletes the pods of a Job with it", async () => {
  const api = await anApi();
  const client = aClient(api);
  const { metadata } = await client.create(JOBS, aJob("job"));
  const owner = { apiVersion: "batch/v1", kind: "Job", name: "job", uid: metadata.uid };
  api.objects.create(PODS, { metadata: { namespace: "one", generateName: "job-", ownerReferences: [owner] } });
  await client.delete(JOBS, KEY, {});
  expect(api.objects.list(PODS)).toEqual([]);
});

test("lists by labels, page by page, all of the same moment", async () => {
  const api = await anApi();
  const client = aClient(api);
  addJobs(api, 5);
  api.objects.create(JOBS, aJob("ours", { labels: { of: "us" } }));
  const first = await client.list(JOBS, { namespace: "one", labelSelector: "!of", limit: 3 });
  api.objects.create(JOBS, aJob("later"));
  const second = await client.list(JOBS, { namespace: "one", labelSelector: "!of", limit: 3, continue: first.continue! });
  expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual(["job-0", "job-1", "job-2", "job-3", "job-4"]);
  expect(second).toMatchObject({ resourceVersion: first.resourceVersion });
  expect(second.continue).toBeUndefined();
  expect((await client.list(JOBS, { labelSelector: "of in (us, them)" })).items).toHaveLength(1);
});

test("uses few connections for many requests", async () => {
  const api = await anApi();
  const client = aClient(api);
  for (let time = 0; time < 50; time += 1) await client.list(JOBS, {});
  expect(api.openSockets).toBeLessThanOrEqual(2);
});

test("retries reads after 429, 5xx and a broken connection", async () => {
  const api = await anApi();
  const calls: ApiCall[] = [];
  const client = aClient(api, { observe: (call) => calls.push(call) });
  api.objects.create(JOBS, aJob("job"));
  api.fail({ times: 1, how: { status: 429 } });
  api.fail({ times: 1, how: { status: 503 } });
  api.fail({ times: 1, how: "cut before" });
  expect(await client.get(JOBS, KEY)).not.toBeNull();
  expect(calls.map(({ verb, resource, code }) => `${verb} ${resource} ${code}`)).toEqual(["get jobs 429", "get jobs 503", "get jobs 0", "get jobs 200"]);
});

test("waits as long as Retry-After says, up to a limit", async () => {
  const api = await anApi();
  const clock = new FakeClock();
  let waits = 0;
  const client = aClient(api, { clock, random: () => waits++ });
  api.fail({ how: { status: 429, retryAfter: 3600 }, times: 1 });
  const listed = client.list(JOBS, {});
  await until("the refusal has come", () => waits === 1);
  await clock.advance(30);
  expect(api.counts.get("list jobs")).toBe(1);
  await clock.advance(0.2);
  await listed;
  expect(api.counts.get("list jobs")).toBe(2);
});

test("gives up reading after five times", async () => {
  const api = await anApi();
  const client = aClient(api);
  api.fail({ how: { status: 500, reason: "InternalError", message: "etcdserver: leader changed" } });
  await expect(client.list(JOBS, {})).rejects.toMatchObject({ status: 500, message: "etcdserver: leader changed" });
  expect(api.counts.get("list jobs")).toBe(5);
});

test("never repeats a write with an unknown outcome", async () => {
  const api = await anApi();
  const client = aClient(api);
  api.fail({ verb: "write", times: 1, how: "cut after" });
  await expect(client.create(JOBS, aJob("job"))).rejects.toThrow(ApiUnreachable);
  expect(api.objects.list(JOBS)).toHaveLength(1);
  api.fail({ verb: "write", times: 1, how: { status: 500 } });
  await expect(client.delete(JOBS, KEY, {})).rejects.toThrow(ApiError);
  expect([...api.counts]).toEqual([["create jobs", 1], ["delete jobs", 1]]);
});

test("repeats a write that 429 says was not done", async () => {
  const api = await anApi();
  api.fail({ verb: "write", times: 2, how: { status: 429 } });
  await aClient(api).create(JOBS, aJob("job"));
  expect(api.counts.get("create jobs")).toBe(3);
});

test("asks the gate before every try of a write, and never for a read", async () => {
  const api = await anApi();
  let opened = 1;
  const gate = (): void => {
    if (opened-- <= 0) throw new NotLeading("not ours");
  };
  const client = aClient(api, { gate });
  await client.list(JOBS, {});
  api.fail({ verb: "write", how: { status: 429 } });
  await expect(client.create(JOBS, aJob("job"))).rejects.toThrow(NotLeading);
  expect(api.writes).toBe(1);
});

test("gives up a request without an answer in time, and an aborted one", async () => {
  const api = await anApi();
  api.fail({ how: "silence" });
  const client = aClient(api);
  await expect(client.create(JOBS, aJob("job"), { timeoutSeconds: 0.05 })).rejects.toThrow("POST /apis/batch/v1/namespaces/one/jobs: nothing was received for 0.05 seconds");
  const stop = new AbortController();
  const asked = client.list(JOBS, {}, { signal: stop.signal });
  stop.abort(new Error("asked to stop"));
  await expect(asked).rejects.toThrow("asked to stop");
});

test("reports that nothing listens", async () => {
  const api = await anApi();
  const client = aClient(api);
  await api.goAway();
  await expect(client.create(JOBS, aJob("job"))).rejects.toThrow(/ECONNREFUSED/);
});

test("streams changes in order until the loop is left", async () => {
  const api = await anApi();
  const client = aClient(api);
  const { resourceVersion } = await client.list(JOBS, {});
  api.objects.create(JOBS, aJob("job"));
  const seen: string[] = [];
  for await (const event of client.watch(JOBS, { resourceVersion, timeoutSeconds: 60 }, new AbortController().signal)) {
    seen.push(event.type);
    if (event.type === "ADDED") api.objects.change(JOBS, KEY, (job) => ({ ...job, status: { active: 1 } }));
    if (event.type === "MODIFIED") api.bookmark();
    if (event.type === "BOOKMARK") api.objects.remove(JOBS, KEY);
    if (event.type === "DELETED") break;
  }
  expect(seen).toEqual(["OPENED", "ADDED", "MODIFIED", "BOOKMARK", "DELETED"]);
  await until("the watch is closed", () => api.openWatches === 0);
});

test("closes a watch that is left as soon as it is open", async () => {
  const api = await anApi();
  for await (const event of aClient(api).watch(JOBS, { resourceVersion: "1000", timeoutSeconds: 60 }, new AbortController().signal)) {
    expect(event.type).toBe("OPENED");
    break;
  }
  await until("the watch is closed", () => api.counts.get("watch jobs") === 1 && api.openWatches === 0);
});

test.for(["answer", "event"] as const)("hears that history is forgotten as an %s", async (form) => {
  const api = await anApi();
  const client = aClient(api);
  const { resourceVersion } = await client.list(JOBS, {});
  api.expire(form);
  const watch = client.watch(JOBS, { resourceVersion, timeoutSeconds: 60 }, new AbortController().signal);
  const drained = (async () => {
    for await (const event of watch) expect(event.type).toBe("OPENED");
  })();
  expect(await drained.catch((error: unknown) => error)).toSatisfy(isExpired);
});

test("treats a line that never ends, or ends too early, as a broken watch", async () => {
  const api = await anApi();
  for (const text of ['{"type":"ADD', "x".repeat(9 * 1024 * 1024), "no JSON\n"]) {
    const drained = (async () => {
      for await (const event of aClient(api).watch(JOBS, { resourceVersion: "1000", timeoutSeconds: 60 }, new AbortController().signal)) {
        if (event.type === "OPENED") api.writeToWatches(text);
        if (text.startsWith("{")) setTimeout(() => api.cutWatches("close"), 20);
      }
    })();
    await expect(drained).rejects.toThrow(ApiUnreachable);
    await until("the watch is closed", () => api.openWatches === 0);
  }
});

test("asks for its own permissions", async () => {
  const api = await anApi();
  api.allow((attributes) => (attributes as { verb: string }).verb === "get");
  const may = async (verb: string): Promise<boolean> => {
    const review = await aClient(api).create(SELF_SUBJECT_ACCESS_REVIEWS, { metadata: {}, spec: { resourceAttributes: { verb, resource: "jobs" } } });
    return review.status!.allowed;
  };
  expect([await may("get"), await may("delete")]).toEqual([true, false]);
});

test("reads the log of a pod", async () => {
  const api = await anApi();
  api.logs.set("one/pod", "line\n");
  const chunks: Buffer[] = [];
  for await (const chunk of await aClient(api).logs({ namespace: "one", name: "pod" }, { follow: true })) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("line\n");
});

test("ends its requests in flight when its term is over, and sends none after that", async () => {
  const api = await anApi();
  const term = new AbortController();
  const client = aClient(api, { signal: term.signal });
  api.fail({ verb: "create", how: "silence" });
  const creating = client.create(JOBS, aJob("job"));
  await until("the request is there", () => api.counts.get("create jobs") === 1);
  term.abort(new NotLeading("lost"));
  await expect(creating).rejects.toThrow(NotLeading);
  await expect(client.get(JOBS, KEY)).rejects.toThrow(NotLeading);
  expect(api.counts.get("get jobs")).toBeUndefined();
});
