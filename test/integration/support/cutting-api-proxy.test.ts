import { Agent } from "undici";
import { afterEach, expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { ApiUnreachable } from "../../../src/kube/api-error.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type Draft, type Job, JOBS, LEASES } from "../../../src/kube/object.ts";
import type { Connection } from "../../../src/kube/requests.ts";
import { type ApiProxy, type ProxyOptions, startApiProxy } from "../../support/kube/cutting-proxy.ts";
import { type KubeApi, startKubeApi } from "../../support/kube/simulated-api/server.ts";
import { until } from "../../support/time/until.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function aProxiedApi(options: ProxyOptions = {}): Promise<{ api: KubeApi; proxy: ApiProxy; client: KubeClient }> {
  const api = await startKubeApi();
  const proxy = await startApiProxy({ server: api.url }, options);
  closing.push(() => proxy.close(), () => api.close());
  return { api, proxy, client: clientOver(proxy.connection()) };
}

function clientOver(connection: Connection): KubeClient {
  return new KubeClient(connection, { clock: realClock, random: () => 0, userAgent: "sluice/test" });
}

const job = (name: string): Draft<Job> => ({ metadata: { namespace: "one", name }, spec: { template: {} } });
const create = (client: KubeClient, draft: Draft<Job>): Promise<Job> => client.create(JOBS, draft);

test.for([
  ["before", ["a", "c"]],
  ["after", ["a", "b", "c"]],
] as const)("cuts %s the write that was chosen, and nothing else", async ([when, names]) => {
  const { api, proxy, client } = await aProxiedApi({ cut: { nth: 2, when } });
  await create(client, job("a"));
  await client.create(LEASES, { metadata: { namespace: "one", name: "lease" } });
  await expect(create(client, job("b"))).rejects.toThrow(ApiUnreachable);
  expect(proxy.isCut).toBe(true);
  await create(client, job("c"));
  expect(api.objects.list(JOBS).map(({ metadata }) => metadata.name)).toEqual(names);
  expect(proxy.writes).toEqual(Array(3).fill("POST /apis/batch/v1/namespaces/one/jobs"));
});

test("passes watches on, and breaks them when told to", async () => {
  const { api, proxy, client } = await aProxiedApi({ secure: true });
  const { resourceVersion } = await client.list(JOBS, {});
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of client.watch(JOBS, { resourceVersion, timeoutSeconds: 60 }, new AbortController().signal)) {
      seen.push(event.type);
      if (event.type === "OPENED") api.objects.create(JOBS, job("a"));
      else proxy.cutWatches();
    }
  })();
  await expect(watching).rejects.toThrow(ApiUnreachable);
  expect(seen).toEqual(["OPENED", "ADDED"]);
  await until("the server has seen it", () => api.openWatches === 0);
});

test("is closed to who does not trust it", async () => {
  const { proxy } = await aProxiedApi({ secure: true });
  const dispatcher = new Agent();
  closing.unshift(() => dispatcher.destroy());
  const client = clientOver({ server: proxy.url, dispatcher, headers: () => Promise.resolve({}) });
  await expect(create(client, job("a"))).rejects.toThrow(/certificate/);
});
