import type { Job } from "../../kube/object.ts";
import type { Clock } from "../../model/clock.ts";

/** So long after it was made or removed a Job is asked for where the cache has not seen it. */
const DOUBT_SECONDS = 30;

interface Deed {
  readonly job: Job;
  readonly what: "made" | "removed";
  at: number;
}

/**
 * What was done to Jobs and what the cache has not seen yet. Without it a slow watch would have the same Job made twice, or
 * removed again and again; the server would refuse that, but each time at the cost of a request.
 */
export class Expectations {
  readonly #clock: Clock;
  /** Uid of the sweep → uid of the Job → the deed. */
  readonly #deeds = new Map<string, Map<string, Deed>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  made(sweepUid: string, job: Job): void {
    this.#note(sweepUid, job, "made");
  }

  removed(sweepUid: string, job: Job): void {
    this.#note(sweepUid, job, "removed");
  }

  /** What the cache says, put right. Forgets what the cache has seen by now. */
  over(sweepUid: string, cached: readonly Job[]): Job[] {
    const deeds = this.#deeds.get(sweepUid);
    if (deeds === undefined) return [...cached];
    const seen = new Set(cached.map(({ metadata }) => metadata.uid));
    for (const [uid, { what }] of deeds) if (seen.has(uid) === (what === "made")) deeds.delete(uid);
    if (deeds.size === 0) this.#deeds.delete(sweepUid);
    const unseen = [...deeds.values()].filter(({ what }) => what === "made").map(({ job }) => job);
    return [...cached.filter(({ metadata }) => !deeds.has(metadata.uid)), ...unseen];
  }

  /** Made a while ago and never seen: perhaps it came and went between two looks of the cache. */
  doubtful(sweepUid: string): Job[] {
    const deeds = [...(this.#deeds.get(sweepUid)?.values() ?? [])];
    return deeds.filter(({ what, at }) => what === "made" && this.#clock.monotonic() - at >= DOUBT_SECONDS * 1000).map(({ job }) => job);
  }

  /** Seconds after which something of this sweep becomes doubtful; null where nothing is open. */
  secondsToDoubt(sweepUid: string): number | null {
    return this.#deeds.has(sweepUid) ? DOUBT_SECONDS : null;
  }

  /** It is there after all: the doubt begins anew. */
  confirm(sweepUid: string, jobUid: string): void {
    const deed = this.#deeds.get(sweepUid)?.get(jobUid);
    if (deed !== undefined) deed.at = this.#clock.monotonic();
  }

  /** It is gone. */
  drop(sweepUid: string, jobUid: string): void {
    const deeds = this.#deeds.get(sweepUid);
    deeds?.delete(jobUid);
    if (deeds?.size === 0) this.#deeds.delete(sweepUid);
  }

  /** The cache has seen it go. Without this, one that came and went between two looks would stay for as long as a doubt takes. */
  gone({ metadata }: Job): void {
    for (const { uid: sweepUid } of metadata.ownerReferences ?? []) this.drop(sweepUid, metadata.uid);
  }

  forget(sweepUid: string): void {
    this.#deeds.delete(sweepUid);
  }

  #note(sweepUid: string, job: Job, what: Deed["what"]): void {
    const deeds = this.#deeds.get(sweepUid) ?? new Map<string, Deed>();
    deeds.set(job.metadata.uid, { job, what, at: this.#clock.monotonic() });
    this.#deeds.set(sweepUid, deeds);
  }
}
