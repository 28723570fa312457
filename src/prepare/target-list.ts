import { readFile } from "node:fs/promises";
import { entryError, tidyNames, type Names } from "../decide/targets/names.ts";
import type { BoundedPattern } from "../extract/bound.ts";
import { beginsJson, decodeUtf8 } from "../extract/caught-text.ts";
import { compileListPattern } from "../extract/compile.ts";
import { keptBytes, StreamMatcher } from "../extract/matcher.ts";
import { WORK_BYTES } from "../extract/read.ts";
import type { TextSink } from "../extract/reading.ts";
import type { Client } from "../fetch/client.ts";
import type { Reply } from "../fetch/exchange.ts";
import { fillUrl } from "../fetch/url.ts";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec, TargetSource } from "../model/resolved.ts";

export type HttpSource = Extract<TargetSource["from"], { kind: "http" }>;
type FileSource = Extract<TargetSource["from"], { kind: "file" }>;

/**
 * The names of a source of targets, without blanks and doubles.
 *
 * @param fetchNames called for a source of HTTP only, since a client needs the spec's secrets: see fetchList()
 * @throws SurroundingsError if a file or a URL cannot be read; SpecError that names the first entry that cannot be a target
 */
export async function readTargets({ from }: Pick<TargetSource, "from">, fetchNames: (source: HttpSource) => Promise<readonly string[]>): Promise<Names> {
  return tidyNames(from.kind === "list" ? from.list : from.kind === "file" ? await readLines(from) : await fetchNames(from), originOf({ from }));
}

/** Where a list comes from, for a message. */
export function originOf({ from }: Pick<TargetSource, "from">): string {
  switch (from.kind) {
    case "list":
      return "targets.list";
    case "file":
      return from.origin;
    case "http":
      return from.url;
  }
}

/** The URL of a list, for a window. */
export function listUrl(source: HttpSource, { window, request }: Pick<ResolvedSpec, "window" | "request">): URL {
  return fillUrl(source.url, { target: "", window, timeFormat: request.timeFormat });
}

interface ListDeps {
  readonly client: Pick<Client, "get">;
  readonly spec: Pick<ResolvedSpec, "window" | "request">;
  readonly clock: Clock;
  /** Holds a slot of the host during each request. */
  readonly withSlot: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

/** Seconds before the second and the third try. More are not needed: prepare itself is tried again later. */
const RETRY_AFTER_SECONDS = [1, 4];

/** The names in the answer to a list's URL. @throws SurroundingsError if no try gets an answer; SpecError for an entry that is no text */
export async function fetchList(source: HttpSource, { client, spec, clock, withSlot, signal }: ListDeps): Promise<string[]> {
  const url = listUrl(source, spec);
  const { targetSeconds } = spec.request.timeouts;
  const pattern = compileListPattern(source.pattern);
  const work = Buffer.allocUnsafeSlow(WORK_BYTES);
  for (let tries = 0; ; tries++) {
    const sink = new NameSink(pattern, source, work);
    using limit = linkSignals(signal, AbortSignal.timeout(targetSeconds * 1000));
    const reply = await withSlot(() => client.get(url, { sinkFor: (status) => (status === 200 ? sink : null), signal: limit.signal, onWire: () => undefined })).catch((error: unknown) => {
      if (signal.aborted || !limit.signal.aborted) throw error;
      throw new SurroundingsError(`The list of targets did not arrive within ${targetSeconds} s from ${url.href}.`, { cause: error });
    });
    if (reply.kind === "whole") {
      sink.finish();
      return sink.names;
    }
    const wait = RETRY_AFTER_SECONDS[tries];
    if (wait === undefined) throw new SurroundingsError(`The list of targets cannot be fetched from ${url.href}: ${problemOf(reply)}.`);
    await clock.sleep(wait * 1000, signal);
    signal.throwIfAborted();
  }
}

function problemOf(reply: Exclude<Reply, { kind: "whole" }>): string {
  if (reply.kind === "broken") return reply.detail;
  return reply.reason === "" ? `HTTP ${reply.status}` : `HTTP ${reply.status}: ${reply.reason}`;
}

/**
 * Collects what a pattern's first group catches in the answer to a list's URL. A list that begins with { or [ or " is JSON: the escapes within its
 * names are undone. A list of plain text keeps its backslashes.
 */
export class NameSink implements TextSink {
  readonly work: Buffer;
  readonly names: string[] = [];
  readonly #matcher: StreamMatcher;
  #isJson: boolean | null = null;

  constructor(pattern: BoundedPattern, { prefix, url }: Pick<HttpSource, "prefix" | "url">, work: Buffer) {
    this.work = work;
    this.#matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), (match) => {
      const name = decodeEntry(match[1] ?? "", { index: this.names.length, origin: url, isJson: this.#isJson === true });
      // With the prefix, a blank would look like a name.
      this.names.push(name.trim() === "" ? "" : `${prefix}${name}`);
    });
  }

  begin(): number {
    return this.#matcher.room;
  }

  take(length: number): void {
    const from = this.#matcher.room;
    this.#isJson ??= beginsJson(this.work, from, from + length, '{["');
    this.#matcher.take(this.work, length);
  }

  finish(): void {
    this.#matcher.finish();
  }
}

function decodeEntry(latin1: string, { index, origin, isJson }: { readonly index: number; readonly origin: string; readonly isJson: boolean }): string {
  const text = decodeUtf8(latin1);
  if (text === null) throw entryError(index, latin1, "is not UTF-8", origin);
  if (!isJson || !text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw entryError(index, text, "is not the whole content of a JSON string, so its escapes cannot be undone", origin);
  }
}

async function readLines({ path, origin }: FileSource): Promise<string[]> {
  const text = await readFile(path, "latin1").catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const sentence = code === "ENOENT" ? `The list of targets does not exist: ${origin}.` : `The list of targets (${origin}) cannot be read: ${message}.`;
    throw new SurroundingsError(sentence, { cause: error });
  });
  const lines = text.split("\n");
  while (lines.at(-1)?.trim() === "") lines.pop();
  if (lines.length === 0) throw new SurroundingsError(`The list of targets is empty: ${origin}.`);
  return lines.map((line, index) => decodeEntry(line, { index, origin, isJson: false }));
}
