import type { Job } from "../../kube/object.ts";
import type { Clock } from "../../model/clock.ts";

/** A created Job that the cache has not shown after this time is read from the API server. */
const OVERDUE_SECONDS = 30;

interface Expectation {
  readonly job: Job;
  readonly write: "created" | "deleted";
  /** By the monotonic clock. */
  since: number;
}

/**
 * Writes to Jobs that the cache does not show yet. Without them a slow watch would have the same Job created twice, or deleted again and
 * again: the server refuses that, but each time at the cost of a request.
 */
export class Expectations {
  readonly #clock: Clock;
  /** Uid of the sweep → uid of the Job. */
  readonly #open = new Map<string, Map<string, Expectation>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  created(sweepUid: string, job: Job): void {
    this.#add(sweepUid, job, "created");
  }

  deleted(sweepUid: string, job: Job): void {
    this.#add(sweepUid, job, "deleted");
  }

  /** The cached Jobs of a sweep, corrected by the writes that the cache does not show yet. Forgets those that it shows by now. */
  applyTo(sweepUid: string, cached: readonly Job[]): Job[] {
    const open = this.#open.get(sweepUid);
    if (open === undefined) return [...cached];
    const observed = new Set(cached.map(({ metadata }) => metadata.uid));
    for (const [uid, { write }] of open) if (observed.has(uid) === (write === "created")) open.delete(uid);
    if (open.size === 0) this.#open.delete(sweepUid);
    const unobserved = [...open.values()].filter(({ write }) => write === "created").map(({ job }) => job);
    return [...cached.filter(({ metadata }) => !open.has(metadata.uid)), ...unobserved];
  }

  /** Jobs that were created a while ago and never observed: one may have come and gone between two events of the watch. */
  overdue(sweepUid: string): Job[] {
    const open = [...(this.#open.get(sweepUid)?.values() ?? [])];
    return open.filter(({ write, since }) => write === "created" && this.#clock.monotonic() - since >= OVERDUE_SECONDS * 1000).map(({ job }) => job);
  }

  /** Seconds after which an expectation of this sweep may be overdue; null where none is open. */
  secondsToOverdue(sweepUid: string): number | null {
    return this.#open.has(sweepUid) ? OVERDUE_SECONDS : null;
  }

  /** The API server has the Job: its time starts again. */
  confirm(sweepUid: string, jobUid: string): void {
    const expectation = this.#open.get(sweepUid)?.get(jobUid);
    if (expectation !== undefined) expectation.since = this.#clock.monotonic();
  }

  /** The API server does not have the Job any more. */
  drop(sweepUid: string, jobUid: string): void {
    const open = this.#open.get(sweepUid);
    open?.delete(jobUid);
    if (open?.size === 0) this.#open.delete(sweepUid);
  }

  /** The cache has seen a Job go. Otherwise one that came and went between two reconciles would be expected until it is overdue. */
  observeDeletion({ metadata }: Job): void {
    for (const { uid: sweepUid } of metadata.ownerReferences ?? []) this.drop(sweepUid, metadata.uid);
  }

  forgetSweep(sweepUid: string): void {
    this.#open.delete(sweepUid);
  }

  #add(sweepUid: string, job: Job, write: Expectation["write"]): void {
    const open = this.#open.get(sweepUid) ?? new Map<string, Expectation>();
    open.set(job.metadata.uid, { job, write, since: this.#clock.monotonic() });
    this.#open.set(sweepUid, open);
  }
}
