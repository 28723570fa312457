import { withSecrets } from "../batch/target-client.ts";
import type { BoundedPattern } from "../extract/bound.ts";
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

/** One target asked, with all that a person wants to see of it. */
export interface Trial {
  readonly result: TargetResult;
  /** In their order: tries and parts. */
  readonly requests: readonly SeenRequest[];
  readonly parts: readonly PartFacts[];
  readonly pattern: BoundedPattern;
  readonly matches: readonly SeenMatch[];
  /** Updates within the window by type, the most first. */
  readonly types: readonly { readonly type: string; readonly updates: number }[];
  /** Rows that would be stored. */
  readonly rows: number;
}

const MATCHES_SHOWN = 5;

/** Asks as a batch would, with its tries, parts and proof; without a database, and with nothing kept. */
export async function tryTarget(target: string, spec: ResolvedSpec, { clock, random, environment, signal }: Pick<Cli, "clock" | "random" | "environment" | "signal">): Promise<Trial> {
  const compiled = compileExtract(spec.extract);
  const client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
  const requests: SeenRequest[] = [];
  const seen: SeenText = { parts: [], prefix: "", prefixIsWhole: true };
  try {
    const { result, reading } = await ask(target, {
      client: { ...watchedClient(client, clock, requests), hide: client.hide },
      spec,
      newReading: watchedReadings(createReadings(compiled, Buffer.allocUnsafeSlow(2 * WORK_BYTES)), seen),
      clock,
      random,
      host: singleRequestLimiter(clock),
      onWire: () => undefined,
      onRequest: () => undefined,
      signal,
    });
    const counted = { types: reading === null ? [] : countTypes(reading), rows: reading?.rows ?? 0 };
    reading?.release();
    const matches = firstMatches(compiled, seen.prefix, seen.prefixIsWhole, MATCHES_SHOWN);
    return { result, requests, parts: seen.parts, pattern: compiled.pattern, matches, ...counted };
  } finally {
    await client.close();
  }
}

function countTypes(reading: Reading): { type: string; updates: number }[] {
  const counts = new Map<string, number>();
  for (const { type, updates } of reading.observations()) counts.set(type, (counts.get(type) ?? 0) + updates);
  return [...counts].map(([type, updates]) => ({ type, updates })).sort((one, other) => other.updates - one.updates);
}

/** One match, as it stands in the answer and as it is understood. */
export interface SeenMatch {
  readonly found: string;
  /** What the first group caught. */
  readonly time: string;
  /** Null where that cannot be read. */
  readonly at: EpochSeconds | null;
  /** Null where the pattern has no second group, or it took no part. */
  readonly type: string | null;
}

/**
 * The first matches within the beginning of a text. `isWhole` is false where the text goes on: then a match that could
 * come out longer is left out.
 */
export function firstMatches({ pattern, readTime }: CompiledExtract, text: string, isWhole: boolean, most: number): SeenMatch[] {
  const sure = isWhole ? text.length : text.length - pattern.longest;
  const matches: SeenMatch[] = [];
  for (const match of text.matchAll(new RegExp(pattern.source, "g"))) {
    if (matches.length === most || match.index > sure) break;
    const [found, time = "", type] = match;
    const at = readTime(time);
    matches.push({ found: Buffer.from(found, "latin1").toString("utf8"), time: readableText(time), at: Number.isNaN(at) ? null : at, type: type === undefined ? null : readableText(type) });
  }
  return matches;
}

/** For one request at a time, with no database to share the host's slots by: it only rests when it is told to. */
export function singleRequestLimiter(clock: Clock): HostLimiter {
  let restUntil = 0;
  return {
    async mayAsk(signal) {
      const left = restUntil - clock.monotonic();
      if (left > 0) await clock.sleep(left, signal);
      signal.throwIfAborted();
    },
    release: () => undefined,
    answered: () => undefined,
    pause(seconds) {
      restUntil = Math.max(restUntil, clock.monotonic() + seconds * 1000);
      return Promise.resolve();
    },
  };
}

/** One request as a person is told of it. */
export interface SeenRequest {
  /** Without user and password. */
  readonly url: string;
  /** Null where there were no headers. */
  readonly status: number | null;
  /** As the answer names it; null where its text was not read. */
  readonly encoding: string | null;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly seconds: number;
}

/** A client that notes what goes through it. */
export function watchedClient(client: Pick<Client, "get">, clock: Clock, seen: SeenRequest[]): Pick<Client, "get"> {
  return {
    async get(url, wish) {
      const began = clock.monotonic();
      let encoding: string | null = null;
      const reply = await client.get(url, {
        ...wish,
        sinkFor(status, named) {
          const sink = wish.sinkFor(status, named);
          encoding = sink === null ? null : named;
          return sink;
        },
      });
      const { status, wireBytes, textBytes } = reply;
      seen.push({ url: withoutSecrets(url), status, encoding, wireBytes, textBytes, seconds: (clock.monotonic() - began) / 1000 });
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

/** What an answer's parts said, and how the first of them begins. */
export interface SeenText {
  readonly parts: PartFacts[];
  /** The first 64 KiB of the first part, as latin1. */
  prefix: string;
  /** That was all of it. */
  prefixIsWhole: boolean;
}

/** Readings that note what they read. One answer at a time. */
export function watchedReadings(newReading: NewReading, seen: SeenText): NewReading {
  return (asked) => {
    const reading = newReading(asked);
    const watched: Reading = {
      part() {
        const part = notingFacts(reading.part(), seen);
        // Until the first part is whole it may be asked for again.
        return seen.parts.length === 0 ? keepPrefix(part, seen) : part;
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
    return watched;
  };
}

function notingFacts(sink: PartSink, seen: SeenText): PartSink {
  return {
    work: sink.work,
    begin: () => sink.begin(),
    take: (length) => sink.take(length),
    finish() {
      const facts = sink.finish();
      seen.parts.push(facts);
      return facts;
    },
  };
}

function keepPrefix(sink: PartSink, seen: SeenText): PartSink {
  let from = 0;
  seen.prefix = "";
  seen.prefixIsWhole = true;
  return {
    ...sink,
    begin: () => (from = sink.begin()),
    take(length) {
      const room = PREFIX_BYTES - seen.prefix.length;
      if (length > room) seen.prefixIsWhole = false;
      seen.prefix += sink.work.toString("latin1", from, from + Math.min(length, room));
      sink.take(length);
    },
  };
}
