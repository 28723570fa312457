import type { NewReading, Reading } from "../extract/reading.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { TargetResult } from "../model/result.ts";
import { openBudget } from "./budget.ts";
import type { Client } from "./client.ts";
import { continuationUrl } from "./continuation.ts";
import type { HostGate } from "./host-gate.ts";
import { askPart, endBy, type Ending, type Tally } from "./part.ts";
import { oneLine } from "./reason.ts";
import type { SentRequest } from "./sent-request.ts";
import { fillUrl } from "./url.ts";

export interface AskDeps {
  readonly client: Pick<Client, "get" | "hide">;
  readonly spec: Pick<ResolvedSpec, "window"> & {
    readonly request: Pick<ResolvedSpec["request"], "url" | "timeFormat" | "timeouts" | "attempts">;
    readonly extract: Pick<ResolvedSpec["extract"], "maxParts">;
    readonly host: Pick<ResolvedSpec["host"], "maxPauseSeconds">;
  };
  readonly newReading: NewReading;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 ≤ random < 1. */
  random(): number;
  /** Rejects with the signal's reason. */
  wait(seconds: number, signal: AbortSignal): Promise<void>;
  readonly host: HostGate;
  /** Each chunk of each body, before it is inflated: for the memory guard and the counters. What it throws ends ask(). */
  onWire(bytes: number): void;
  onRequest(sent: SentRequest): void;
  readonly signal: AbortSignal;
}

export interface Asked {
  readonly result: TargetResult;
  /** Null where nothing was judged: rejected, or failed before the end of the answer. Whoever gets it releases it. */
  readonly reading: Reading | null;
  /** From the first request to the result, waits between tries among them; 0 where none was sent. */
  readonly seconds: number;
}

/**
 * Asks one target of the window, to the end of this pass: requests, back-off, tries, the parts of the answer, its proof.
 * Rejects with the signal's reason, or with what a sink, onWire or the gate threw; whatever a server does is a result.
 */
export async function ask(target: string, deps: AskDeps): Promise<Asked> {
  const reading = deps.newReading(deps.spec.window);
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
  const startedAt = new Date(deps.now());
  const tally: Tally = { attempts: 0, bytes: 0, wireBytes: 0, httpStatus: null, queryId: null, tries: 0, throttles: 0, firstAt: null };
  const budget = openBudget(request.timeouts.targetSeconds, () => deps.now(), deps.signal);
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
    if (number >= extract.maxParts) return unanswered(endBy("continuation", `the answer goes on after ${number} parts`));
    const rest = continuationUrl(url, continuation, { template: request.url, window });
    if ("problem" in rest) return unanswered(endBy("continuation", rest.problem));
    url = rest;
  }

  const judged = reading.judge();
  if (!isFramed && judged.declared === null && (judged.state === "ok" || judged.state === "empty")) {
    return unanswered(endBy("unprovable", "the body ended with its connection, and neither a length nor a declared count tells whether all of it came"));
  }
  const detail = judged.detail === null ? null : oneLine(judged.detail);
  return { result: { target, ...judged, detail, ...told() }, reading, seconds: seconds() };

  function unanswered({ state, error, detail: reason }: Ending): Asked {
    const result = { target, state, error, detail: oneLine(reason), updates: 0, outside: 0, declared: null, ...told() };
    return { result, reading: null, seconds: seconds() };
  }

  function seconds(): number {
    return tally.firstAt === null ? 0 : Math.max(0, deps.now() - tally.firstAt) / 1000;
  }

  function told(): Pick<TargetResult, "attempts" | "bytes" | "wireBytes" | "httpStatus" | "queryId" | "startedAt" | "finishedAt"> {
    const { attempts, bytes, wireBytes, httpStatus, queryId } = tally;
    return { attempts, bytes, wireBytes, httpStatus, queryId, startedAt, finishedAt: new Date(deps.now()) };
  }
}
