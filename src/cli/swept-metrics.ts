import type { SweepDriver } from "../local/sweep-driver.ts";
import { readFlow, reportedSweeps } from "../metrics/read-flow.ts";
import { runMetrics } from "../metrics/run-metrics.ts";
import type { SweepSnapshot } from "../metrics/snapshot.ts";
import type { BatchesSnapshot } from "../metrics/worker.ts";
import type { BatchMessage } from "../model/message.ts";
import { formatMoment } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { isFinished, type SweepIdentity } from "../model/sweep.ts";
import type { Cli } from "./main.ts";
import { RateMeter } from "./view/rates.ts";
import { takeSnapshot } from "./view/snapshot.ts";

interface Swept {
  readonly driver: Pick<SweepDriver, "status" | "running">;
  readonly identity: SweepIdentity;
  readonly spec: ResolvedSpec;
  readonly startedAt: number;
  finishedAt: number | null;
  readonly meter: RateMeter;
  /** Each batch's last message, since its file may be unreadable while it is being rewritten. */
  readonly messages: Map<number, BatchMessage>;
}

/** The metrics of the sweeps of one command, while they run and afterwards. */
export class SweptMetrics {
  readonly #cli: Pick<Cli, "clock">;
  readonly #render: ReturnType<typeof runMetrics>;
  readonly #swept: Swept[] = [];

  constructor(cli: Pick<Cli, "clock" | "version">) {
    this.#cli = cli;
    this.#render = runMetrics(cli.version);
  }

  /** @returns a function to call when the sweep has finished */
  follow(driver: Swept["driver"], identity: SweepIdentity, spec: ResolvedSpec): () => void {
    const { clock } = this.#cli;
    const swept: Swept = { driver, identity, spec, startedAt: clock.now() / 1000, finishedAt: null, meter: new RateMeter(), messages: new Map() };
    this.#swept.push(swept);
    return () => (swept.finishedAt = clock.now() / 1000);
  }

  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    const snapshots = await Promise.all(this.#swept.map((swept) => this.#snapshot(swept)));
    const sweeps = reportedSweeps(snapshots.map(({ sweep }) => sweep), this.#cli.clock.now() / 1000);
    return this.#render({ sweeps, batches: snapshots.filter(({ sweep }) => sweeps.includes(sweep)).map(({ batches }) => batches) });
  }

  async #snapshot({ driver, identity, spec, startedAt, finishedAt, meter, messages }: Swept): Promise<{ readonly sweep: SweepSnapshot; readonly batches: BatchesSnapshot }> {
    const { namespace, name } = identity;
    // Read before `running()`, which leaves out the batches that this status has counted: read later, a batch could be counted twice.
    const { status } = driver;
    const running = await driver.running();
    for (const { batch, message } of running) if (message !== null) messages.set(batch, message);
    for (const batch of messages.keys()) if (!running.some((other) => other.batch === batch)) messages.delete(batch);
    const phase = status?.phase ?? "Pending";
    const about = { dataset: spec.dataset, namespace };
    const { secondsLeft } = meter.add(takeSnapshot(status, running, this.#cli.clock.monotonic(), this.#cli.clock.now() / 1000));
    return {
      sweep: {
        ...about,
        name,
        window: formatMoment(spec.window.start),
        phase,
        isOver: finishedAt !== null,
        startedAt,
        finishedAt,
        secondsLeft: phase === "Running" ? secondsLeft : null,
        memoryBytes: spec.batch.memoryBytes,
        blocked: status?.blocked !== undefined && !isFinished(phase) ? status.blocked.reason : null,
        flow: readFlow(status),
      },
      batches: { ...about, sweep: name, host: spec.host.name, running: [...messages.values()], ...(status === null ? {} : { ended: status.sums }) },
    };
  }
}
