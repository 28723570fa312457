import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { ApiUnreachable, isAlreadyExists, isConflict, isExpired, isForbidden } from "../../../src/kube/api-error.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { EventRecorder } from "../../../src/kube/event-recorder.ts";
import { inClusterConnection } from "../../../src/kube/in-cluster.ts";
import { type Change, Indexer } from "../../../src/kube/indexer.ts";
import { LeaderElector, type Term } from "../../../src/kube/leader.ts";
import { type Draft, EVENTS, type Job, JOBS, LEASES, type Secret, SECRETS, SELF_SUBJECT_ACCESS_REVIEWS, withoutManagedFields } from "../../../src/kube/object.ts";
import { Reflector, type ReflectorReport } from "../../../src/kube/reflector.ts";
import type { Connection } from "../../../src/kube/requests.ts";
import { openCluster } from "../../cluster/cluster.ts";
import { startApiProxy } from "../../support/kube/cutting-proxy.ts";
import { connectionTo, targetOfKubeconfig } from "../../support/kube/kubeconfig-target.ts";
import { until } from "../../support/time/until.ts";
import { createNamespace, type TestNamespace } from "../support/namespace.ts";

const cluster = openCluster(process.env);
const closing: (() => Promise<unknown>)[] = [];
let space: TestNamespace;
let connection: Connection;
let client: KubeClient;

beforeAll(async () => {
  space = await createNamespace(cluster, "kube");
  connection = connectionTo(await targetOfKubeconfig(cluster.kubeconfig));
  client = aClient(connection);
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await connection.dispatcher.destroy();
  await space.remove();
});

function aClient(over: Connection): KubeClient {
  return new KubeClient(over, { clock: realClock, random: Math.random, userAgent: "sluice/test" });
}

/** A Job for which no controller creates pods. */
function aJob(name: string): Draft<Job> {
  const securityContext = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } };
  const containers = [{ name: "work", image: "localhost/sluice:dev", securityContext }];
  return { metadata: { namespace: space.name, name }, spec: { suspend: true, template: { spec: { restartPolicy: "Never", containers } } } };
}

function reflectSecrets(over: KubeClient): { store: Indexer<Secret>; reflector: Reflector<Secret, Secret>; changes: Change<Secret>[]; news: ReflectorReport[] } {
  const store = new Indexer<Secret>({});
  const changes: Change<Secret>[] = [];
  const news: ReflectorReport[] = [];
  const reflector = new Reflector<Secret, Secret>({
    client: over,
    clock: realClock,
    random: Math.random,
    resource: SECRETS,
    namespace: space.name,
    store,
    transform: withoutManagedFields,
    onChange: (change) => changes.push(change),
    report: (said) => news.push(said),
  });
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  closing.push(async () => {
    stop.abort();
    await running;
  });
  return { store, reflector, changes, news };
}

const secret = (name: string): Draft<Secret> => ({ metadata: { namespace: space.name, name }, type: "Opaque" });
const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

describe("the client", () => {
  test("writes and is refused as by the simulated API server", async () => {
    const made = await client.create(JOBS, aJob("life"));
    const key = { namespace: space.name, name: "life" };
    expect(await failure(client.create(JOBS, aJob("life")))).toSatisfy(isAlreadyExists);
    const patched = await client.mergePatch(JOBS, key, { metadata: { labels: { a: "b" } } });
    expect(await failure(client.replaceStatus(JOBS, { ...made, status: {} }))).toSatisfy(isConflict);
    expect((await client.replaceStatus(JOBS, { ...patched, status: { ...patched.status, ready: 0 } })).metadata.labels).toMatchObject({ a: "b" });
    expect((await client.list(JOBS, { namespace: space.name, labelSelector: "a=b" })).items).toHaveLength(1);
    expect(await failure(client.delete(JOBS, key, { uid: "00000000-0000-0000-0000-000000000000" }))).toSatisfy(isConflict);
    expect(await client.delete(JOBS, key, { uid: made.metadata.uid })).toBe(true);
    await until("it is gone", async () => (await client.get(JOBS, key)) === null);
    expect(await client.delete(JOBS, key, {})).toBe(false);
  });

  test("asks for its own permissions", async () => {
    const review = await client.create(SELF_SUBJECT_ACCESS_REVIEWS, { metadata: {}, spec: { resourceAttributes: { verb: "create", group: "batch", resource: "jobs" } } });
    expect(review.status?.allowed).toBe(true);
  });

  test("writes events that are shown with their object", async () => {
    const job = await client.create(JOBS, aJob("told"));
    const recorder = new EventRecorder({ client, clock: realClock, component: "sluice", onLost: (error) => expect.unreachable(String(error)) });
    for (let time = 0; time < 3; time += 1) recorder.record(JOBS, job, { type: "Warning", reason: "BatchFailed", message: "Batch 3 failed" });
    await recorder.written();
    const { items } = await client.list(EVENTS, { namespace: space.name, fieldSelector: `involvedObject.uid=${job.metadata.uid},reason=BatchFailed` });
    expect(items).toHaveLength(1);
    expect(await cluster.kubectl("describe", "job", "told", "--namespace", space.name)).toMatch(/Warning +BatchFailed +\S+ +sluice +Batch 3 failed/);
    await client.delete(JOBS, job.metadata, {});
  });

  test("authenticates as a pod does, and reads again once it is allowed to", async () => {
    await cluster.kubectl("create", "serviceaccount", "reader", "--namespace", space.name);
    const folder = await mkdtemp(path.join(os.tmpdir(), "sluice-account-"));
    closing.push(() => rm(folder, { recursive: true }));
    const target = await targetOfKubeconfig(cluster.kubeconfig);
    await writeFile(path.join(folder, "token"), await cluster.kubectl("create", "token", "reader", "--namespace", space.name));
    await writeFile(path.join(folder, "ca.crt"), target.ca!);
    const { hostname, port } = new URL(target.server);
    const account = await inClusterConnection({ folder, host: hostname, port }, realClock);
    closing.push(() => account.dispatcher.destroy());
    const own = aClient(account);
    expect(await failure(own.list(SECRETS, { namespace: space.name }))).toSatisfy(isForbidden);
    const { reflector, news } = reflectSecrets(own);
    await until("it says that it may not", () => news.length === 1);
    expect(news[0]!.message).toMatch(/^secrets is forbidden: User "system:serviceaccount:kube-\w+:reader" cannot list resource "secrets"/);
    await cluster.kubectl("create", "role", "reader", "--verb=list,watch", "--resource=secrets", "--namespace", space.name);
    await cluster.kubectl("create", "rolebinding", "reader", "--role=reader", `--serviceaccount=${space.name}:reader`, "--namespace", space.name);
    await reflector.synced();
    await until("it says that it may", () => news.length === 2);
  });
});

describe("the reflector", () => {
  test("reads pages, watches, and recovers from broken watches, an absent server and an expired history", async () => {
    for (let from = 0; from < 600; from += 20) await Promise.all(Array.from({ length: 20 }, (_, number) => client.create(SECRETS, secret(`many-${from + number}`))));
    const proxy = await startApiProxy(await targetOfKubeconfig(cluster.kubeconfig));
    closing.push(() => proxy.close());
    const { store, reflector, news } = reflectSecrets(aClient(proxy.connection()));
    await reflector.synced();
    expect(store.size).toBe(600);
    for (let round = 0; round < 5; round += 1) {
      await until("a watch is open", () => proxy.cutWatches() > 0);
      await client.delete(SECRETS, { namespace: space.name, name: `many-${round}` }, {});
      await until("the change is seen", () => store.size === 599 - round);
    }
    expect(reflector.counts.lists).toBe(1);
    await cluster.stopPart("apiserver");
    expect(await failure(client.create(SECRETS, secret("away")))).toBeInstanceOf(ApiUnreachable);
    await until("it says that nobody is there", () => news.length === 1);
    await cluster.startPart("apiserver");
    await client.create(SECRETS, secret("back"));
    await until("the change is seen", () => store.get({ namespace: space.name, name: "back" }) !== null);
    expect(news.map(({ ok }) => ok)).toEqual([false, true]);
    // A restarted server does not know earlier versions.
    const watched = async (): Promise<void> => {
      for await (const event of client.watch(SECRETS, { namespace: space.name, resourceVersion: "1", timeoutSeconds: 5 }, new AbortController().signal)) expect(event.type).toBe("OPENED");
    };
    expect(await failure(watched())).toSatisfy(isExpired);
  });
});

describe("the election", () => {
  test("hands over within seconds, and stops when the server stays away", async () => {
    const candidate = (identity: string): { elector: LeaderElector; stop: AbortController; end: Promise<string> } => {
      const stop = new AbortController();
      closing.push(() => {
        stop.abort();
        return Promise.resolve();
      });
      const elector = new LeaderElector({ client, clock: realClock, random: Math.random, namespace: space.name, name: "election", pod: `pod-of-${identity}`, identity, report: () => undefined });
      const work = ({ lost }: Term): Promise<void> => new Promise((resolve) => [stop.signal, lost].forEach((over) => over.addEventListener("abort", () => resolve())));
      return { elector, stop, end: elector.lead(stop.signal, work) };
    };
    const one = candidate("one");
    await until("one leads", () => one.elector.isHeld);
    const two = candidate("two");
    await until("two has seen it", () => two.elector.holder === "one");
    one.stop.abort();
    expect(await one.end).toBe("given-back");
    const from = performance.now();
    await until("two leads", () => two.elector.isHeld);
    expect(performance.now() - from).toBeLessThan(5000);
    expect((await client.get(LEASES, { namespace: space.name, name: "election" }))?.spec).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
    await cluster.stopPart("apiserver");
    expect(await two.end).toBe("lost");
    expect(two.elector.isHeld).toBe(false);
    await cluster.startPart("apiserver");
  });
});
