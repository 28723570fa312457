import { readFile } from "node:fs/promises";
import type { BoundedPattern } from "../extract/bound.ts";
import { keptBytes, StreamMatcher } from "../extract/matcher.ts";
import type { TextSink } from "../extract/reading.ts";
import type { Client } from "../fetch/client.ts";
import type { Reply } from "../fetch/exchange.ts";
import { fillUrl } from "../fetch/url.ts";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec, TargetSource } from "../model/resolved.ts";

type HttpSource = Extract<TargetSource["from"], { kind: "http" }>;

export interface ListAsking {
  readonly client: Pick<Client, "get">;
  readonly spec: Pick<ResolvedSpec, "window" | "request">;
  readonly clock: Clock;
  /** One slot of the host for each request. */
  readonly withSlot: <T>(work: () => Promise<T>) => Promise<T>;
  readonly work: Buffer;
  readonly signal: AbortSignal;
}

/** Seconds before the second and the third try: whoever calls tries again later by itself. */
const TRY_AGAIN_AFTER = [1, 4];

/** The names in the answer to the list's URL, as they stand there. @throws SurroundingsError where it cannot be had */
export async function askList(source: HttpSource, pattern: BoundedPattern, asking: ListAsking): Promise<string[]> {
  const { client, spec, clock, withSlot, work, signal } = asking;
  const url = fillUrl(source.url, { target: "", window: spec.window, timeFormat: spec.request.timeFormat });
  for (let tries = 0; ; tries++) {
    const sink = new NameSink(pattern, source.prefix, work);
    using limit = linkSignals(signal, AbortSignal.timeout(spec.request.timeouts.targetSeconds * 1000));
    const reply = await withSlot(() => client.get(url, { sinkFor: (status) => (status === 200 ? sink : null), signal: limit.signal, onWire: () => undefined })).catch((error: unknown) => {
      if (signal.aborted || !limit.signal.aborted) throw error;
      throw new SurroundingsError(`The list of targets did not come within ${spec.request.timeouts.targetSeconds} s from ${url.href}.`);
    });
    if (reply.kind === "whole") {
      sink.finish();
      return sink.names;
    }
    const wait = TRY_AGAIN_AFTER[tries];
    if (wait === undefined) throw new SurroundingsError(`The list of targets cannot be had from ${url.href}: ${problemOf(reply)}.`);
    await clock.sleep(wait * 1000, signal);
    signal.throwIfAborted();
  }
}

function problemOf(reply: Exclude<Reply, { kind: "whole" }>): string {
  if (reply.kind === "broken") return reply.detail;
  return reply.reason === "" ? `HTTP ${reply.status}` : `HTTP ${reply.status}: ${reply.reason}`;
}

/** Collects what a pattern's first group catches in the answer to a list's URL. */
export class NameSink implements TextSink {
  readonly work: Buffer;
  readonly names: string[] = [];
  readonly #matcher: StreamMatcher;

  constructor(pattern: BoundedPattern, prefix: string, work: Buffer) {
    this.work = work;
    this.#matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), (name = "") => {
      // A blank with a prefix would pass for a name.
      this.names.push(name.trim() === "" ? "" : `${prefix}${name}`);
    });
  }

  begin(): number {
    return this.#matcher.room;
  }

  take(length: number): void {
    this.#matcher.take(this.work, length);
  }

  finish(): void {
    this.#matcher.finish();
  }
}

/** The lines of a file that the pod was given. @throws SurroundingsError where it was not, or where it is empty */
export async function readTargets({ path, origin }: Extract<TargetSource["from"], { kind: "file" }>): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new SurroundingsError(`The list of targets (${origin}) cannot be read: ${(error as Error).message}.`);
    throw new SurroundingsError(`The list of targets is not there: ${origin}.`);
  });
  if (text.trim() === "") throw new SurroundingsError(`The list of targets is empty: ${origin}.`);
  return text.trimEnd().split("\n");
}
