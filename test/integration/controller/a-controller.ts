import { pino } from "pino";
import { realClock } from "../../../src/bin/clock.ts";
import { Controller } from "../../../src/controller/controller.ts";
import { type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { EventRecorder } from "../../../src/kube/event-recorder.ts";
import type { WriteGate } from "../../../src/kube/requests.ts";
import type { Clock } from "../../../src/model/clock.ts";
import { isFinished } from "../../../src/model/sweep.ts";
import { startKubeApi, type KubeApi } from "../../support/kube/simulated-api/server.ts";
import { until } from "../../support/time/until.ts";

export const IMAGE = "registry.example/sluice:1.2.3";

export interface RunningController {
  readonly controller: Controller;
  /** Looks at an object that failed, as they are logged. */
  readonly failures: string[];
  /** As on SIGTERM: resolves when what was begun is done. */
  stop(): Promise<void>;
  /** As by SIGKILL: from now on nothing of it reaches the API. */
  kill(): Promise<void>;
}

/** Over real HTTP; its waits are shortened where a clock says so. */
export function aController(api: KubeApi, options: { readonly clock?: Clock; readonly gate?: WriteGate; /** Another leads. */ readonly isStandby?: boolean } = {}): RunningController {
  const { clock = realClock } = options;
  let isDead = false;
  const gate = (): void => {
    if (isDead) throw new Error("killed");
    options.gate?.();
  };
  const client = new KubeClient(api.connection(), { clock, random: () => 0.5, userAgent: "sluice/test", gate });
  const failures: string[] = [];
  const log = pino({ level: "warn" }, {
    write(line: string) {
      if (line.includes("reconcile failed; requeued")) failures.push(line);
    },
  });
  const recorder = new EventRecorder({ client, clock, component: "sluice", onLost: () => undefined });
  const stopped = new AbortController();
  const controller = new Controller({
    client,
    clock,
    random: () => 0.5,
    namespaces: [],
    report: () => undefined,
    workers: { image: IMAGE, imagePullPolicy: "IfNotPresent", pullSecrets: [] },
    log,
    observe: () => undefined,
  });
  const working = options.isStandby === true ? controller.follow() : controller.work({ client, recorder, over: stopped.signal });
  const end = async (): Promise<void> => {
    stopped.abort();
    await working;
    await recorder.written();
    controller.close();
  };
  return {
    controller,
    failures,
    stop: end,
    async kill() {
      isDead = true;
      await end();
    },
  };
}

export function sweepDraft(name: string, spec: object = {}): Parameters<KubeApi["objects"]["create"]>[1] & Omit<SweepObject, "metadata" | "status"> {
  return {
    metadata: { namespace: "bgp", name },
    spec: { ...aSpec(), ...spec },
  };
}

export function aSpec(): SweepObject["spec"] {
  return {
    provider: { name: "ripestat", sourceapp: "example-lab" },
    window: { start: "2026-11-20" },
    targets: { list: ["AS1", "AS2"] },
    store: { secretRef: { name: "bgp-db-app", key: "uri" } },
    select: "incomplete",
    replace: false,
    suspend: false,
  };
}

export function sweepIn(api: KubeApi, name: string): SweepObject {
  return api.objects.get(SWEEPS, { namespace: "bgp", name });
}

export async function untilFinished(api: KubeApi, name: string, seconds = 30): Promise<SweepObject> {
  await until(`${name} is finished`, () => {
    const phase = sweepIn(api, name).status?.phase;
    return phase !== undefined && isFinished(phase);
  }, seconds);
  return sweepIn(api, name);
}

export { startKubeApi, type KubeApi };
