import type { NewReading, Reading, PartFacts, PartSink } from "../extract/reading.ts";
import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { TargetResult, ErrorCode } from "../model/result.ts";
import type { Client } from "./client.ts";
import { continuationUrl } from "./continuation.ts";
import type { Reply } from "./exchange.ts";
import { oneLine } from "./reason.ts";
import { nextAfter, pausesHost, RULES, type Next, troubleOf, type Trouble } from "./retry.ts";
import { fillUrl } from "./url.ts";

export interface AskDeps {
  readonly client: Pick<Client, "get" | "hide">;
  readonly spec: Pick<ResolvedSpec, "window"> & {
    readonly request: Pick<ResolvedSpec["request"], "url" | "timeFormat" | "timeouts" | "attempts" | "statuses">;
    readonly extract: Pick<ResolvedSpec["extract"], "maxParts">;
    readonly host: Pick<ResolvedSpec["host"], "maxPauseSeconds">;
  };
  readonly newReading: NewReading;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** 0 ≤ random < 1. */
  random(): number;
  readonly host: HostLimiter;
  /** Called for each chunk of a body before it is inflated, for the memory guard and the counters. If it throws, ask() rejects. */
  onWire(bytes: number): void;
  onRequest(sent: SentRequest): void;
  readonly signal: AbortSignal;
}

export interface Asked {
  readonly result: TargetResult;
  /** Null without a judged answer: rejected, or failed before its end. The caller releases it. */
  readonly reading: Reading | null;
  /** From the first request to the result, including waits between tries; 0 if no request was sent. */
  readonly seconds: number;
}

/**
 * Asks one target of the window, up to its result in this pass: requests, back-off, tries, the parts of the answer, its proof.
 * Rejects with the signal's reason, or with an error of a sink, onWire or the limiter. Everything that a server does is a result.
 */
export async function ask(target: string, deps: AskDeps): Promise<Asked> {
  const reading = deps.newReading(target, deps.spec.window);
  let isHandedOver = false;
  try {
    const asked = await askParts(target, reading, deps);
    isHandedOver = asked.reading !== null;
    return asked;
  } finally {
    if (!isHandedOver) reading.release();
  }
}

async function askParts(target: string, reading: Reading, deps: AskDeps): Promise<Asked> {
  const { window, request, extract } = deps.spec;
  const startedAt = new Date(deps.clock.now());
  const tally: Tally = { attempts: 0, bytes: 0, wireBytes: 0, httpStatus: null, queryId: null, tries: 0, throttles: 0, firstAt: null };
  const budget = openBudget(request.timeouts.targetSeconds, () => deps.clock.now(), deps.signal);
  let url = fillUrl(request.url, { target, window, timeFormat: request.timeFormat });
  let isFramed = true;
  let coveredTo: number | null = null;

  for (let number = 1; ; number++) {
    const part = await askPart({ url, number, reading, budget, tally }, deps);
    if (part.kind === "ended") return unanswered(part);
    const { continuation, end } = part.facts;
    isFramed &&= part.framed;
    if (coveredTo !== null && end !== null && end <= coveredTo) {
      return unanswered(endBy("continuation", `part ${number} of the answer ends no later than the part before it`));
    }
    coveredTo = end ?? coveredTo;
    if (continuation === null) break;
    if (number >= extract.maxParts) return unanswered(endBy("continuation", `the answer continues after ${number} parts`));
    const rest = continuationUrl(url, continuation, { template: request.url, window });
    if ("problem" in rest) return unanswered(endBy("continuation", rest.problem));
    url = rest;
  }

  const judged = reading.judge();
  if (!isFramed && judged.declared === null && (judged.state === "ok" || judged.state === "empty")) {
    return unanswered(endBy("unprovable", "the body ended with its connection, and neither a length nor a declared count proves that it is complete"));
  }
  const detail = judged.detail === null ? null : oneLine(judged.detail);
  return { result: { target, ...judged, detail, ...counts() }, reading, seconds: seconds() };

  function unanswered({ state, error, detail: reason }: Ending): Asked {
    const result = { target, state, error, detail: oneLine(reason), updates: 0, outside: 0, declared: null, ...counts() };
    return { result, reading: null, seconds: seconds() };
  }

  function seconds(): number {
    return tally.firstAt === null ? 0 : Math.max(0, deps.clock.now() - tally.firstAt) / 1000;
  }

  function counts(): Pick<TargetResult, "attempts" | "bytes" | "wireBytes" | "httpStatus" | "queryId" | "startedAt" | "finishedAt"> {
    const { attempts, bytes, wireBytes, httpStatus, queryId } = tally;
    return { attempts, bytes, wireBytes, httpStatus, queryId, startedAt, finishedAt: new Date(deps.clock.now()) };
  }
}

/** Counts of one target, while it is asked. */
interface Tally {
  /** Requests sent. */
  attempts: number;
  /** Of the last try of each part. */
  bytes: number;
  wireBytes: number;
  httpStatus: number | null;
  queryId: string | null;
  /** Troubles that count as a try, and throttles, which do not. */
  tries: number;
  throttles: number;
  /** When the first request was sent, in milliseconds. */
  firstAt: number | null;
}

interface PartOf {
  readonly url: URL;
  /** From 1. */
  readonly number: number;
  readonly reading: Reading;
  readonly budget: Budget;
  readonly tally: Tally;
}

type Part = { readonly kind: "read"; readonly facts: PartFacts; readonly framed: boolean } | Ending;

/** No answer in this pass. */
interface Ending {
  readonly kind: "ended";
  readonly state: "rejected" | "empty" | "failed";
  readonly error: ErrorCode | null;
  readonly detail: string;
}

function endBy(trouble: "continuation" | "unprovable", detail: string): Ending {
  return { kind: "ended", state: "failed", error: RULES[trouble].error, detail };
}

/** Asks for one part of an answer until it is read, or until the table in retry.ts ends it. */
async function askPart(part: PartOf, deps: AskDeps): Promise<Part> {
  for (let after: Trouble | null = null; ; ) {
    await deps.host.mayAsk(deps.signal);
    const step: Step = await tryOnce(part, after, deps).finally(() => deps.host.release());
    if (step.kind !== "again") return step;
    await deps.clock.sleep(step.seconds * 1000, deps.signal);
    deps.signal.throwIfAborted();
    after = step.after;
  }
}

type Step = Part | { readonly kind: "again"; readonly after: Trouble; readonly seconds: number };

/** One request, with the slot held. */
async function tryOnce(part: PartOf, after: Trouble | null, deps: AskDeps): Promise<Step> {
  const { tally } = part;
  const before = { bytes: tally.bytes, wireBytes: tally.wireBytes };
  const { reply, facts, trouble } = await send(part, after, deps);
  const detail = trouble === null ? null : detailOf(reply, facts, tally, deps);
  deps.host.answered(trouble !== null && RULES[trouble].ownError, detail);
  if (reply !== SPENT) {
    tally.bytes = before.bytes + reply.textBytes;
    tally.httpStatus = reply.status;
  }
  tally.queryId = facts?.queryId ?? tally.queryId;
  if (trouble === null || detail === null) return { kind: "read", facts: facts!, framed: reply !== SPENT && reply.kind === "whole" && reply.framed };

  const next = decideNext(trouble, reply, tally, deps);
  if (next.kind === "end") return { kind: "ended", state: next.state, error: next.error, detail };
  Object.assign(tally, before);
  if (next.kind === "again") return { ...next, after: trouble };
  // The pause is stored before the slot is free, so that no request slips in between.
  await deps.host.pause(next.seconds, "throttled", detail);
  return { kind: "again", after: trouble, seconds: 0 };
}

interface Sent {
  readonly reply: Reply | typeof SPENT;
  readonly facts: PartFacts | null;
  readonly trouble: Trouble | null;
}

async function send({ url, number, reading, budget, tally }: PartOf, after: Trouble | null, deps: AskDeps): Promise<Sent> {
  let sink: PartSink | null = null;
  let startedAt: number | null = null;
  let redirects = 0;
  const report = (outcome: SentRequest["outcome"], textBytes: number): void => {
    // Null if the target's time was used up before the request.
    if (startedAt !== null) deps.onRequest({ outcome, after, redirects, seconds: Math.max(0, deps.clock.now() - startedAt) / 1000, textBytes });
  };
  tally.attempts++;
  try {
    const reply = await budget.run((signal) => {
      startedAt = deps.clock.now();
      tally.firstAt ??= startedAt;
      return deps.client.get(url, {
        sinkFor: (status) => (status === 200 ? (sink = reading.part()) : null),
        signal,
        onWire(bytes) {
          tally.wireBytes += bytes;
          deps.onWire(bytes);
        },
        onRedirect: () => redirects++,
      });
    });
    const facts = reply !== SPENT && reply.kind === "whole" ? (sink as PartSink | null)!.finish() : null;
    const trouble = reply === SPENT ? "out-of-time" : troubleIn(reply, facts, number, deps);
    report(trouble ?? "answered", reply === SPENT ? 0 : reply.textBytes);
    return { reply, facts, trouble };
  } catch (error) {
    report("aborted", 0);
    throw error;
  }
}

function troubleIn(reply: Reply, facts: PartFacts | null, number: number, deps: AskDeps): Trouble | null {
  if (facts?.maintenance === true) return "maintenance";
  if (facts !== null && facts.error !== null) return "error-body";
  const trouble = troubleOf(reply, deps.spec.request.statuses);
  // The provider accepted the target before, so what it rejects now, or has no data for, is its own URL of the rest.
  return (trouble === "wrong-question" || trouble === "no-data") && number > 1 ? "continuation" : trouble;
}

function decideNext(trouble: Trouble, reply: Reply | typeof SPENT, tally: Tally, deps: AskDeps): Next {
  const retryAfter = reply !== SPENT && reply.kind === "declined" ? reply.retryAfter : null;
  if (pausesHost(trouble, retryAfter)) tally.throttles++;
  else tally.tries++;
  const limits = { attempts: deps.spec.request.attempts, maxPauseSeconds: deps.spec.host.maxPauseSeconds };
  return nextAfter(trouble, retryAfter, tally, limits, { now: deps.clock.now(), random: deps.random() });
}

function detailOf(reply: Reply | typeof SPENT, facts: PartFacts | null, tally: Tally, deps: AskDeps): string {
  if (reply === SPENT) {
    return `no answer within the ${deps.spec.request.timeouts.targetSeconds} s for one target; ${tally.wireBytes} bytes arrived`;
  }
  switch (reply.kind) {
    case "broken":
      return reply.detail;
    case "declined":
      return reply.reason === "" ? `HTTP ${reply.status}` : `HTTP ${reply.status}: ${reply.reason}`;
    case "whole":
      if (facts?.maintenance === true) return "the provider is in maintenance";
      return `the answer reports an error: ${deps.client.hide(facts?.error ?? "")}`;
  }
}

/** The result of run() when the time is used up. */
export const SPENT = Symbol("spent");

/** The time that one target may spend on its requests. Waits for a slot, a pause or a back-off do not count. */
interface Budget {
  /** Rejects as `work` does. Resolves to SPENT if the time runs out, after the signal has stopped `work`. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof SPENT>;
}

/** @param now in milliseconds */
export function openBudget(seconds: number, now: () => number, signal: AbortSignal): Budget {
  let left = seconds * 1000;

  async function run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof SPENT> {
    if (left <= 0) return SPENT;
    signal.throwIfAborted();
    const spent = new AbortController();
    using limit = linkSignals(signal, spent.signal);
    const timer = setTimeout(() => spent.abort(SPENT), left);
    const from = now();
    try {
      return await work(limit.signal);
    } catch (error) {
      if (error !== SPENT) throw error;
      left = 0;
      return SPENT;
    } finally {
      clearTimeout(timer);
      left -= Math.max(0, now() - from);
    }
  }

  return { run };
}

/** One request that was sent, reported when it is over. */
export interface SentRequest {
  /** "aborted": by us, because the process stops or lost its slots. */
  readonly outcome: "answered" | "aborted" | Trouble;
  /** The trouble that made it a retry; null for a first try. */
  readonly after: Trouble | null;
  /** Redirects that were followed, each one more request. */
  readonly redirects: number;
  /** From when it could be sent to the end of its body. */
  readonly seconds: number;
  /** Of the inflated body; 0 if it was given up. */
  readonly textBytes: number;
}

/**
 * Limits the requests to a host. A slot is held by each request in flight, and not while a target waits for its next try or between
 * the parts of an answer.
 */
export interface HostLimiter {
  /** Resolves when the host is not paused and a slot is held; rejects with the signal's reason. */
  mayAsk(signal: AbortSignal): Promise<void>;
  /** Gives the slot back, once for each mayAsk() that resolved. */
  release(): void;
  /** Called at the end of a request, before release(), but not for an aborted one. @param ownError the provider itself failed @param error why there is no answer, in a sentence; null if there is one */
  answered(ownError: boolean, error: string | null): void;
  /** Pauses the host for every process. Resolves when the pause is stored; mayAsk() waits for its end. */
  pause(seconds: number, reason: "throttled", error: string): Promise<void>;
}
