import type { Clock } from "../model/clock.ts";
import type { ObjectEvent } from "../model/event.ts";
import { shortened } from "../model/message.ts";
import { visibleLines } from "../model/visible.ts";
import type { KubeClient } from "./client.ts";
import { type KubeObject, EVENTS, type Resource } from "./object.ts";

interface RecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** The reporter in `kubectl describe`: "sluice". */
  readonly component: string;
  /** Called for each event that could not be written. */
  readonly onLost: (error: unknown) => void;
}

const REPEAT_SECONDS = 600;
const MAX_REMEMBERED = 4096;
/** Of one namespace: a namespace that floods loses its own events and no other's. */
const MAX_UNWRITTEN = 64;
/** Kubernetes takes 1024 characters. These are bytes of JSON. */
const MAX_MESSAGE_BYTES = 1024;

/**
 * Writes Events on a best-effort basis: the same event is written once in ten minutes, and one that cannot be written is lost. Nothing waits
 * for it. Call it after the write that the event reports has succeeded.
 */
export class EventRecorder {
  readonly #options: RecorderOptions;
  /** Event → when it was recorded, oldest first. */
  readonly #recorded = new Map<string, number>();
  /** Namespace → the events that are being written. */
  readonly #unwritten = new Map<string, Set<Promise<void>>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record<T extends KubeObject>(of: Resource<T>, object: KubeObject, { type, reason, message }: ObjectEvent): void {
    // It may quote a provider or a user.
    const event: ObjectEvent = { type, reason, message: shortened(visibleLines(message), MAX_MESSAGE_BYTES) };
    if (this.#isRepeated(`${object.metadata.uid} ${event.reason} ${event.message}`)) return;
    const namespace = object.metadata.namespace ?? "";
    const unwritten = this.#unwritten.get(namespace) ?? new Set<Promise<void>>();
    if (unwritten.size >= MAX_UNWRITTEN) {
      this.#options.onLost(new Error(`more than ${MAX_UNWRITTEN} events are waiting to be written`));
      return;
    }
    const writing = this.#write(of, object, event).catch(this.#options.onLost);
    this.#unwritten.set(namespace, unwritten.add(writing));
    void writing.finally(() => {
      unwritten.delete(writing);
      if (unwritten.size === 0) this.#unwritten.delete(namespace);
    });
  }

  /** Resolves when every event recorded so far is written or lost. */
  async written(): Promise<void> {
    await Promise.all([...this.#unwritten.values()].flatMap((writing) => [...writing]));
  }

  #isRepeated(event: string): boolean {
    const now = this.#options.clock.monotonic();
    for (const [recorded, at] of this.#recorded) {
      if (now - at < REPEAT_SECONDS * 1000 && this.#recorded.size < MAX_REMEMBERED) break;
      this.#recorded.delete(recorded);
    }
    if (this.#recorded.has(event)) return true;
    this.#recorded.set(event, now);
    return false;
  }

  async #write(of: Resource<KubeObject>, object: KubeObject, { type, reason, message }: ObjectEvent): Promise<void> {
    const { client, clock, component } = this.#options;
    const { name, namespace = "default", uid, resourceVersion } = object.metadata;
    const at = new Date(clock.now()).toISOString();
    await client.create(EVENTS, {
      // The server adds five characters; a name may have 253.
      metadata: { namespace, generateName: `${name.slice(0, 240)}.` },
      involvedObject: { apiVersion: of.apiVersion, kind: of.kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message,
      source: { component },
      reportingComponent: component,
      reportingInstance: "",
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    });
  }
}
