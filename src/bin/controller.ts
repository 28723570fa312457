import { randomUUID } from "node:crypto";
import { Controller } from "../controller/controller.ts";
import { KubeClient } from "../kube/client.ts";
import { EventRecorder } from "../kube/event-recorder.ts";
import { inClusterConnection } from "../kube/in-cluster.ts";
import { LeaderElector } from "../kube/leader.ts";
import { linkSignals } from "../model/linked-signal.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import { ControllerMetrics } from "../metrics/controller-metrics.ts";
import { serveHttp } from "../metrics/http-endpoint.ts";
import { realClock } from "./clock.ts";
import { controllerSettings } from "./controller-settings.ts";
import { openLog } from "./log.ts";
import { VERSION } from "./version.ts";

/**
 * The controller of Sweeps and CronSweeps. Its environment, which the chart's Deployment sets: controller-settings.ts.
 * Exits with 0 on SIGTERM, within five seconds. When it loses its lease it stops all work and stands for the lease again.
 */
const settings = readSettings();
const log = openLog("controller", settings.logLevel);
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort(new Error(`asked to stop by ${signal}`)));

try {
  process.exit(await run());
} catch (error) {
  const { message, stack } = error as Error;
  log.fatal({ exitCode: 1, ...(error instanceof SurroundingsError ? {} : { stack }) }, message);
  process.exit(1);
}

function readSettings(): ReturnType<typeof controllerSettings> {
  try {
    return controllerSettings(process.env);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    openLog("controller").fatal({ exitCode: PROGRAM_EXIT.spec }, error.message);
    process.exit(PROGRAM_EXIT.spec);
  }
}

async function run(): Promise<0> {
  const { namespaces, workers, account } = settings;
  const base = { clock: realClock, random: () => Math.random() };
  const connection = await inClusterConnection(account, realClock);
  const metrics = new ControllerMetrics({
    version: VERSION,
    isLeader: () => elector.isHeld,
    queues: () => controller.queues,
    secondsSinceHeard: () => controller.caches.secondsSinceHeard,
    leaderSnapshot: () => (elector.isHeld ? controller.snapshot() : null),
  });
  const clientOptions = { ...base, userAgent: `sluice-controller/${VERSION}`, observe: (call: Parameters<ControllerMetrics["requested"]>[0]) => metrics.requested(call) };
  const reader = new KubeClient(connection, clientOptions);
  const pod = `${settings.podName}_${settings.podUid}`;
  const elector = new LeaderElector({
    ...base,
    client: reader,
    namespace: settings.namespace,
    name: settings.lease,
    pod,
    identity: `${pod}_${randomUUID()}`,
    report: ({ ok, message }) => log[ok ? "info" : "warn"]({ lease: settings.lease }, message),
  });
  const controller = new Controller({
    ...base,
    client: reader,
    namespaces,
    workers,
    log,
    report: ({ ok, message, ...where }) => log[ok ? "info" : "warn"](where, message),
    observe: (kind, seconds, hasFailed) => metrics.reconciled(kind, seconds, hasFailed),
  });
  const server = await serveHttp({
    port: settings.port,
    setting: "SLUICE_PORT",
    pages: {
      "/healthz": () => controller.livenessProblem,
      "/readyz": () => controller.readinessProblem,
      "/metrics": async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    },
  });
  log.info({ version: VERSION, image: workers.image, namespaces, port: server.port }, "started");
  void controller.follow();
  for (;;) {
    const end = await elector.lead(stop.signal, async ({ assertHeld, lost }) => {
      log.info({ lease: settings.lease }, "leading");
      using over = linkSignals(stop.signal, lost);
      const client = new KubeClient(connection, { ...clientOptions, gate: assertHeld, signal: lost });
      const recorder = new EventRecorder({
        client,
        clock: realClock,
        component: "sluice",
        onLost: (error) => {
          metrics.eventLost();
          log.warn({ error: error instanceof Error ? error.message : String(error) }, "an event was lost");
        },
      });
      await controller.work({ client, recorder, over: over.signal });
      await recorder.written();
    });
    if (end !== "lost") {
      log.info({ reason: end }, "stopped");
      return 0;
    }
    log.warn({ lease: settings.lease }, "the lease is lost: all work has stopped, and this process stands for it again");
  }
}
