import { withSecrets } from "../batch/target-client.ts";
import { compileExtract, type CompiledExtract } from "../extract/compile.ts";
import { createReadings, WORK_BYTES } from "../extract/read.ts";
import { readableText } from "../extract/readable-text.ts";
import type { PartFacts, Reading, NewReading, PartSink } from "../extract/reading.ts";
import { ask, type HostLimiter } from "../fetch/ask.ts";
import { openClient, type Client } from "../fetch/client.ts";
import type { Clock } from "../model/clock.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { TargetResult } from "../model/result.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Cli } from "./main.ts";

/** What came of asking one target, with everything that helps to write a pattern. */
export interface Attempt {
  readonly result: TargetResult;
  /** In order: tries and parts. */
  readonly requests: readonly AttemptRequest[];
  readonly parts: readonly PartFacts[];
  readonly matches: readonly FoundMatch[];
  /** Updates in the window by type, largest first. */
  readonly types: readonly { readonly type: string; readonly updates: number }[];
  /** Rows that a sweep would store. */
  readonly rows: number;
}

const MATCHES_SHOWN = 5;

/** Asks a target as a batch would, with tries, parts and proof, but without a database. Stores nothing. */
export async function tryTarget(target: string, spec: ResolvedSpec, { clock, random, environment, signal }: Pick<Cli, "clock" | "random" | "environment" | "signal">): Promise<Attempt> {
  const compiled = compileExtract(spec.extract);
  await using client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
  const requests: AttemptRequest[] = [];
  const notes: AnswerNotes = { parts: [], prefix: "", prefixIsWhole: true };
  const { result, reading } = await ask(target, {
    client: { ...recordingClient(client, clock, requests), hide: client.hide },
    spec,
    newReading: recordingReadings(createReadings(compiled, Buffer.allocUnsafeSlow(2 * WORK_BYTES)), notes),
    clock,
    random,
    host: singleRequestLimiter(clock),
    onWire: () => undefined,
    onRequest: () => undefined,
    signal,
  });
  const counted = { types: reading === null ? [] : countTypes(reading), rows: reading?.rows ?? 0 };
  reading?.release();
  const matches = firstMatches(compiled, notes.prefix, notes.prefixIsWhole, MATCHES_SHOWN);
  return { result, requests, parts: notes.parts, matches, ...counted };
}

function countTypes(reading: Reading): { type: string; updates: number }[] {
  const counts = new Map<string, number>();
  for (const { type, updates } of reading.observations()) counts.set(type, (counts.get(type) ?? 0) + updates);
  return [...counts].map(([type, updates]) => ({ type, updates })).sort((one, other) => other.updates - one.updates);
}

/** One match: its text in the answer, and what was read from it. */
interface FoundMatch {
  readonly found: string;
  /** The text of the group that catches it. */
  readonly time: string;
  /** Null if that is no readable time. */
  readonly at: EpochSeconds | null;
  /** Null if the pattern has no group for it, or the group did not match. */
  readonly type: string | null;
}

/**
 * The first matches in the beginning of an answer. `isWhole`: `text` is the whole answer. If not, a match near its end is left out, because
 * it could be longer in the whole answer.
 */
export function firstMatches({ pattern, readTime }: CompiledExtract, text: string, isWhole: boolean, most: number): FoundMatch[] {
  const lastStart = isWhole ? text.length : text.length - pattern.longest;
  const matches: FoundMatch[] = [];
  for (const match of text.matchAll(new RegExp(pattern.source, "g"))) {
    if (matches.length === most || match.index > lastStart) break;
    const [found] = match;
    const time = match[pattern.time] ?? "";
    const type = pattern.type === null ? undefined : match[pattern.type];
    const at = readTime(time);
    matches.push({ found: Buffer.from(found, "latin1").toString("utf8"), time: readableText(time), at: Number.isNaN(at) ? null : at, type: type === undefined ? null : readableText(type) });
  }
  return matches;
}

/** For one request at a time, without a database to share slots with others: it only waits out the pauses that the host asks for. */
export function singleRequestLimiter(clock: Clock): HostLimiter {
  let pausedUntil = 0;
  return {
    async mayAsk(signal) {
      const left = pausedUntil - clock.monotonic();
      if (left > 0) await clock.sleep(left, signal);
      signal.throwIfAborted();
    },
    release: () => undefined,
    answered: () => undefined,
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + seconds * 1000);
      return Promise.resolve();
    },
  };
}

/** One request, for a person to read. */
export interface AttemptRequest {
  /** Without user and password. */
  readonly url: string;
  /** Null if no headers arrived. */
  readonly status: number | null;
  /** Content-Encoding of the answer; null if its body was not read. */
  readonly encoding: string | null;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly seconds: number;
}

/** A client that adds each of its requests to `requests`. */
export function recordingClient(client: Pick<Client, "get">, clock: Clock, requests: AttemptRequest[]): Pick<Client, "get"> {
  return {
    async get(url, options) {
      const start = clock.monotonic();
      let encoding: string | null = null;
      const reply = await client.get(url, {
        ...options,
        sinkFor(status, contentEncoding) {
          const sink = options.sinkFor(status, contentEncoding);
          encoding = sink === null ? null : contentEncoding;
          return sink;
        },
      });
      const { status, wireBytes, textBytes } = reply;
      requests.push({ url: withoutSecrets(url), status, encoding, wireBytes, textBytes, seconds: (clock.monotonic() - start) / 1000 });
      return reply;
    },
  };
}

export function withoutSecrets(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== "") shown.username = "***";
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}

const PREFIX_BYTES = 64 * 1024;

/** Notes on an answer: facts of its parts, and the beginning of the first part. */
export interface AnswerNotes {
  readonly parts: PartFacts[];
  /** The first 64 KiB of the first part, as latin1. */
  prefix: string;
  /** The prefix is the whole first part. */
  prefixIsWhole: boolean;
}

/** Readings that write down in `notes` what they read. For one answer at a time. */
export function recordingReadings(newReading: NewReading, notes: AnswerNotes): NewReading {
  return (target, asked) => {
    const reading = newReading(target, asked);
    const recording: Reading = {
      part() {
        const part = recordFacts(reading.part(), notes);
        // A first part that breaks off is asked for again, so the prefix starts over.
        return notes.parts.length === 0 ? recordPrefix(part, notes) : part;
      },
      judge: () => reading.judge(),
      observations: () => reading.observations(),
      get rows() {
        return reading.rows;
      },
      get heldBytes() {
        return reading.heldBytes;
      },
      release: () => reading.release(),
    };
    return recording;
  };
}

function recordFacts(sink: PartSink, notes: AnswerNotes): PartSink {
  return {
    work: sink.work,
    begin: () => sink.begin(),
    take: (length) => sink.take(length),
    finish() {
      const facts = sink.finish();
      notes.parts.push(facts);
      return facts;
    },
  };
}

function recordPrefix(sink: PartSink, notes: AnswerNotes): PartSink {
  let from = 0;
  notes.prefix = "";
  notes.prefixIsWhole = true;
  return {
    ...sink,
    begin: () => (from = sink.begin()),
    take(length) {
      const room = PREFIX_BYTES - notes.prefix.length;
      if (length > room) notes.prefixIsWhole = false;
      notes.prefix += sink.work.toString("latin1", from, from + Math.min(length, room));
      sink.take(length);
    },
  };
}
