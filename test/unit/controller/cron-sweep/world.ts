import { type CronSweepDeps, reconcileCronSweep } from "../../../../src/controller/cron-sweep/reconcile.ts";
import { CRON_SWEEPS, SWEEPS, type CronSweepObject, type SweepObject } from "../../../../src/controller/resources.ts";
import { ApiError, ApiUnreachable } from "../../../../src/kube/api-error.ts";
import type { Draft, KubeObject, ObjectKey, Resource } from "../../../../src/kube/object.ts";
import type { WindowState } from "../../../../src/model/states.ts";
import { isFinished } from "../../../../src/model/sweep.ts";
import { PROVIDERS } from "../../../../src/providers/registry.ts";
import { Objects } from "../../../support/kube/simulated-api/objects.ts";
import { Refused } from "../../../support/kube/simulated-api/refused.ts";
import type { Sent } from "../../../support/kube/simulated-api/stored-object.ts";
import { aCronSweep, KEY } from "./builders.ts";

export type WriteFault = "before" | "after";

/**
 * An API server's objects, a controller whose cache lags behind as much as a test wants, and Sweeps that end when a test says so.
 * Each write may get lost on its way there or its answer on the way back, as if the controller had died there.
 */
export class CronSweepWorld {
  readonly objects = new Objects(["sweeps", "cronsweeps"]);
  /** What is to become of the writes to come; none: all is well. */
  readonly faults: (WriteFault | null)[] = [];
  /** Window → verdicts of its sweeps, in the order in which they ended. */
  readonly verdicts = new Map<string, WindowState[]>();
  writes = 0;
  now: number;
  #cache: readonly SweepObject[] = [];

  constructor(cronSweep: CronSweepObject, now: string) {
    this.now = Date.parse(now);
    const { spec, metadata } = cronSweep;
    this.objects.create(CRON_SWEEPS, { spec, metadata: { ...KEY, annotations: metadata.annotations ?? {} } });
    this.objects.change(CRON_SWEEPS, KEY, (made) => ({ ...made, metadata: { ...made.metadata, creationTimestamp: aCronSweep().metadata.creationTimestamp! } }));
  }

  get cronSweep(): CronSweepObject {
    return this.objects.get(CRON_SWEEPS, KEY);
  }

  get sweeps(): SweepObject[] {
    return this.objects.list(SWEEPS, KEY.namespace);
  }

  get running(): SweepObject[] {
    return this.sweeps.filter(({ status }) => status?.phase === undefined || !isFinished(status.phase));
  }

  /** The cache hears of everything; a controller that begins anew reads it anew. */
  refresh(): void {
    this.#cache = this.sweeps;
  }

  /** @returns false where it failed and would be tried again */
  async reconcile(): Promise<boolean> {
    try {
      await reconcileCronSweep(KEY, this.#deps());
      return true;
    } catch (error) {
      if (error instanceof ApiUnreachable || error instanceof ApiError) return false;
      throw error;
    }
  }

  suspend(isSuspended: boolean): void {
    this.objects.change(CRON_SWEEPS, KEY, (cronSweep) => ({ ...cronSweep, spec: { ...cronSweep.spec, suspend: isSuspended } }));
  }

  end(name: string, verdict: WindowState): void {
    const phase = ({ complete: "Complete", usable: "Usable", incomplete: "Incomplete" } as const)[verdict];
    const { spec } = this.objects.change(SWEEPS, { ...KEY, name }, (sweep) => ({ ...sweep, status: { ...sweep.status, phase, verdict, finishedAt: this.#iso() } }));
    this.verdicts.set(spec.window.start, [...(this.verdicts.get(spec.window.start) ?? []), verdict]);
  }

  delete(name: string): void {
    this.objects.remove(SWEEPS, { ...KEY, name });
  }

  #deps(): CronSweepDeps {
    const { objects } = this;
    return {
      client: {
        get: <T extends KubeObject>(of: Resource<T>, key: ObjectKey) => this.#answer(() => objects.list(of, key.namespace).find(({ metadata }) => metadata.name === key.name) ?? null),
        create: <T extends KubeObject>(of: Resource<T>, draft: Draft<T>) => this.#write(() => this.#dated(of, objects.create(of, draft))),
        replaceStatus: <T extends KubeObject>(of: Resource<T>, object: T) => this.#write(() => objects.update(of, object.metadata, object as KubeObject as Sent, "status") as KubeObject as T),
        delete: (of: Resource<KubeObject>, key: ObjectKey, { uid }: { readonly uid?: string }) => this.#write(() => objects.remove(of, key, uid === undefined ? {} : { uid }).metadata.name === key.name),
      } as CronSweepDeps["client"],
      caches: { sweepsOf: () => this.#cache },
      providers: PROVIDERS,
      clock: { now: () => this.now },
      recordEvent: () => undefined,
    };
  }

  #dated<T extends KubeObject>(of: Resource<T>, { metadata }: T): T {
    return this.objects.change(of, metadata, (made) => ({ ...made, metadata: { ...made.metadata, creationTimestamp: this.#iso() } }));
  }

  async #write<T>(write: () => T): Promise<T> {
    this.writes += 1;
    const fault = this.faults.shift() ?? null;
    if (fault === "before") throw new ApiUnreachable("cut before");
    const answer = await this.#answer(write);
    if (fault === "after") throw new ApiUnreachable("cut after");
    return answer;
  }

  #answer<T>(work: () => T): Promise<T> {
    return Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        throw error instanceof Refused ? new ApiError(error.status, error.reason, error.message) : error;
      });
  }

  #iso(): string {
    return new Date(this.now).toISOString();
  }
}
