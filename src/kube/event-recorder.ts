import type { Clock } from "../model/clock.ts";
import type { ObjectEvent } from "../model/event.ts";
import type { KubeClient } from "./client.ts";
import { type KubeObject, EVENTS, type Resource } from "./object.ts";

export interface RecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Who says it: "sluice". */
  readonly component: string;
  /** Called for each that could not be written. */
  readonly onLost: (error: unknown) => void;
}

const SAID_SECONDS = 600;
const MOST_SAID = 4096;
const MOST_UNWRITTEN = 64;
const MOST_LETTERS = 1024;

/**
 * Writes Events, as well as it goes: the same is not said twice within ten minutes, and what cannot be written is lost.
 * Nothing waits for it. Call it after the write that the event tells of has succeeded.
 */
export class EventRecorder {
  readonly #options: RecorderOptions;
  /** What was said → when, in the order in which it was. */
  readonly #said = new Map<string, number>();
  readonly #unwritten = new Set<Promise<void>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record<T extends KubeObject>(of: Resource<T>, object: KubeObject, telling: ObjectEvent): void {
    if (this.#wasSaid(`${object.metadata.uid} ${telling.reason} ${telling.message}`)) return;
    if (this.#unwritten.size >= MOST_UNWRITTEN) {
      this.#options.onLost(new Error(`more than ${MOST_UNWRITTEN} events wait to be written`));
      return;
    }
    const writing = this.#write(of, object, telling).catch(this.#options.onLost);
    this.#unwritten.add(writing);
    void writing.finally(() => this.#unwritten.delete(writing));
  }

  /** Resolves when all that was recorded so far is written or lost. */
  async written(): Promise<void> {
    await Promise.all(this.#unwritten);
  }

  #wasSaid(what: string): boolean {
    const now = this.#options.clock.monotonic();
    for (const [said, at] of this.#said) {
      if (now - at < SAID_SECONDS * 1000 && this.#said.size < MOST_SAID) break;
      this.#said.delete(said);
    }
    if (this.#said.has(what)) return true;
    this.#said.set(what, now);
    return false;
  }

  async #write(of: Resource<KubeObject>, object: KubeObject, { type, reason, message }: ObjectEvent): Promise<void> {
    const { client, clock, component } = this.#options;
    const { name, namespace = "default", uid, resourceVersion } = object.metadata;
    const at = new Date(clock.now()).toISOString();
    await client.create(EVENTS, {
      // The server adds five letters; the whole may have 253.
      metadata: { namespace, generateName: `${name.slice(0, 240)}.` },
      involvedObject: { apiVersion: of.apiVersion, kind: of.kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message: message.length <= MOST_LETTERS ? message : `${message.slice(0, MOST_LETTERS - 1)}…`,
      source: { component },
      reportingComponent: component,
      reportingInstance: "",
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    });
  }
}
