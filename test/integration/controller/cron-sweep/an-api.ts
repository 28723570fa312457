import { afterEach } from "vitest";
import { realClock } from "../../../../src/bin/clock.ts";
import type { CronSweepDeps } from "../../../../src/controller/cron-sweep/reconcile.ts";
import { CRON_SWEEPS, SWEEPS, type SweepObject } from "../../../../src/controller/resources.ts";
import { KubeClient } from "../../../../src/kube/client.ts";
import type { WriteGate } from "../../../../src/kube/requests.ts";
import type { ObjectEvent } from "../../../../src/model/event.ts";
import type { CronSweep } from "../../../../src/model/schema/cron-sweep.ts";
import { PROVIDERS } from "../../../../src/providers/registry.ts";
import { type KubeApi, startKubeApi } from "../../../support/kube/simulated-api/server.ts";
import { exampleSpec, KEY } from "../../../unit/controller/cron-sweep/builders.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** An API server of its own with the example's CronSweep, made today. */
export async function anApi(fields: Partial<CronSweep["spec"]> = {}): Promise<KubeApi> {
  const api = await startKubeApi();
  closing.push(() => api.close());
  api.objects.create(CRON_SWEEPS, { metadata: KEY, spec: exampleSpec({ catchUp: { windows: 1 }, ...fields }) });
  return api;
}

export interface Controller {
  readonly deps: CronSweepDeps;
  readonly told: string[];
  now: Date;
}

/** Its cache is what there is: a test that wants an old one says so. */
export function aController(api: KubeApi, now: Date, more: { readonly gate?: WriteGate; readonly sweepsOf?: () => readonly SweepObject[] } = {}): Controller {
  const { gate, sweepsOf = () => api.objects.list(SWEEPS, KEY.namespace) } = more;
  const told: string[] = [];
  const controller: Controller = {
    now,
    told,
    deps: {
      client: new KubeClient(api.connection(), { clock: realClock, random: () => 0, userAgent: "sluice/test", ...(gate === undefined ? {} : { gate }) }),
      caches: { sweepsOf },
      providers: PROVIDERS,
      clock: { now: () => controller.now.getTime() },
      recordEvent: (_, { reason, message }: ObjectEvent) => void told.push(`${reason}: ${message}`),
    },
  };
  return controller;
}

export function endAll(api: KubeApi, finishedAt: Date): void {
  for (const { metadata, status } of api.objects.list(SWEEPS, KEY.namespace)) {
    if (status?.phase !== undefined) continue;
    api.objects.change(SWEEPS, metadata, (sweep) => ({ ...sweep, status: { phase: "Complete" as const, verdict: "complete" as const, finishedAt: finishedAt.toISOString() } }));
  }
}

/** Five in the morning of the second day after it was made: then a run of the schedule has come, whatever the hour of the test. */
export function afterItsFirstRun(api: KubeApi): Date {
  const made = Date.parse(api.objects.get(CRON_SWEEPS, KEY).metadata.creationTimestamp!);
  return new Date((Math.floor(made / 86_400_000) + 2) * 86_400_000 + 5 * 3_600_000);
}
