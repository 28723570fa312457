import { afterEach } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { JOBS, type Job, type Draft } from "../../../src/kube/object.ts";
import type { ClientOptions } from "../../../src/kube/requests.ts";
import { type KubeApi, startKubeApi } from "../../support/kube/simulated-api/server.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server of its own, closed when the test ends. */
export async function anApi(): Promise<KubeApi> {
  const api = await startKubeApi();
  closing.push(() => api.close());
  return api;
}

/** Done when the test ends, while its server closes. */
export function atTheEnd(close: () => Promise<void>): void {
  closing.push(close);
}

export function aClient(api: KubeApi, options: Partial<ClientOptions> = {}): KubeClient {
  return new KubeClient(api.connection(), { clock: realClock, random: () => 0, userAgent: "sluice/test", ...options });
}

export function aJob(name: string, more: { readonly namespace?: string; readonly labels?: Record<string, string>; readonly generateName?: string } = {}): Draft<Job> {
  return { metadata: { namespace: "one", ...(name === "" ? {} : { name }), ...more }, spec: { template: { spec: { containers: [] } } } };
}

export function addJobs(api: KubeApi, count: number, namespace = "one"): void {
  for (let number = 0; number < count; number += 1) api.objects.create(JOBS, aJob(`job-${number}`, { namespace }));
}
