import type { PartFacts, PartSink, Reading } from "../extract/reading.ts";
import type { ErrorCode } from "../model/result.ts";
import type { AskDeps } from "./ask.ts";
import { SPENT, type Budget } from "./budget.ts";
import type { Reply } from "./reply.ts";
import { nextAfter, RULES, type Next } from "./retry.ts";
import type { SentRequest } from "./sent-request.ts";
import { troubleOf, type Trouble } from "./trouble.ts";

/** What there is to tell of a target, in the making. */
export interface Tally {
  /** Requests sent. */
  attempts: number;
  /** Of the parts as they were last asked. */
  bytes: number;
  wireBytes: number;
  httpStatus: number | null;
  queryId: string | null;
  /** Troubles that count as a try, and those that do not. */
  tries: number;
  throttles: number;
  /** When the first request was sent, in milliseconds. */
  firstAt: number | null;
}

export interface PartOf {
  readonly url: URL;
  /** From 1. */
  readonly number: number;
  readonly reading: Reading;
  readonly budget: Budget;
  readonly tally: Tally;
}

export type Part = { readonly kind: "read"; readonly facts: PartFacts; readonly framed: boolean } | Ending;

/** No answer in this pass. */
export interface Ending {
  readonly kind: "ended";
  readonly state: "rejected" | "failed";
  readonly error: ErrorCode | null;
  readonly detail: string;
}

export function endBy(trouble: "continuation" | "unprovable", detail: string): Ending {
  return { kind: "ended", state: "failed", error: RULES[trouble].error, detail };
}

/** Asks for one part of an answer until it is read, or until the table of retry.ts says that it is enough. */
export async function askPart(part: PartOf, deps: AskDeps): Promise<Part> {
  for (let after: Trouble | null = null; ; ) {
    await deps.host.mayAsk(deps.signal);
    const step: Step = await tryOnce(part, after, deps).finally(() => deps.host.release());
    if (step.kind !== "again") return step;
    await deps.wait(step.seconds, deps.signal);
    after = step.after;
  }
}

type Step = Part | { readonly kind: "again"; readonly after: Trouble; readonly seconds: number };

/** One request, with the slot held. */
async function tryOnce(part: PartOf, after: Trouble | null, deps: AskDeps): Promise<Step> {
  const { tally } = part;
  const before = { bytes: tally.bytes, wireBytes: tally.wireBytes };
  const { reply, facts, trouble } = await send(part, after, deps);
  deps.host.answered(trouble !== null && RULES[trouble].ownError);
  if (reply !== SPENT) {
    tally.bytes = before.bytes + reply.textBytes;
    tally.httpStatus = reply.status;
  }
  tally.queryId = facts?.queryId ?? tally.queryId;
  if (trouble === null) return { kind: "read", facts: facts!, framed: reply !== SPENT && reply.kind === "whole" && reply.framed };

  const next = decideNext(trouble, reply, tally, deps);
  if (next.kind === "end") return { kind: "ended", state: next.state, error: next.error, detail: detailOf(reply, facts, tally, deps) };
  Object.assign(tally, before);
  if (next.kind === "again") return { ...next, after: trouble };
  // Made known before the slot is free, so that nobody slips in between.
  await deps.host.pause(next.seconds, "throttled");
  return { kind: "again", after: trouble, seconds: 0 };
}

interface Sent {
  readonly reply: Reply | typeof SPENT;
  readonly facts: PartFacts | null;
  readonly trouble: Trouble | null;
}

async function send({ url, number, reading, budget, tally }: PartOf, after: Trouble | null, deps: AskDeps): Promise<Sent> {
  let sink: PartSink | null = null;
  let began: number | null = null;
  let redirects = 0;
  const tell = (outcome: SentRequest["outcome"], textBytes: number): void => {
    // Its time may have been used up before.
    if (began !== null) deps.onRequest({ outcome, after, redirects, seconds: Math.max(0, deps.now() - began) / 1000, textBytes });
  };
  tally.attempts++;
  try {
    const reply = await budget.run((signal) => {
      began = deps.now();
      tally.firstAt ??= began;
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
    const trouble = reply === SPENT ? "out-of-time" : troubleIn(reply, facts, number);
    tell(trouble ?? "answered", reply === SPENT ? 0 : reply.textBytes);
    return { reply, facts, trouble };
  } catch (error) {
    tell("aborted", 0);
    throw error;
  }
}

function troubleIn(reply: Reply, facts: PartFacts | null, number: number): Trouble | null {
  if (facts?.maintenance === true) return "maintenance";
  if (facts !== null && facts.error !== null) return "error-body";
  const trouble = troubleOf(reply);
  // The provider took the target's question: what it finds wrong now is the URL that it gave for the rest.
  return trouble === "wrong-question" && number > 1 ? "continuation" : trouble;
}

function decideNext(trouble: Trouble, reply: Reply | typeof SPENT, tally: Tally, deps: AskDeps): Next {
  if (trouble === "throttled") tally.throttles++;
  else tally.tries++;
  const retryAfter = reply !== SPENT && reply.kind === "declined" ? reply.retryAfter : null;
  const limits = { attempts: deps.spec.request.attempts, maxPauseSeconds: deps.spec.host.maxPauseSeconds };
  return nextAfter(trouble, retryAfter, tally, limits, { now: deps.now(), random: deps.random() });
}

function detailOf(reply: Reply | typeof SPENT, facts: PartFacts | null, tally: Tally, deps: AskDeps): string {
  if (reply === SPENT) {
    return `not answered within the ${deps.spec.request.timeouts.targetSeconds} s for one target; ${tally.wireBytes} bytes came`;
  }
  switch (reply.kind) {
    case "broken":
      return reply.detail;
    case "declined":
      return reply.reason === "" ? `HTTP ${reply.status}` : `HTTP ${reply.status}: ${reply.reason}`;
    case "whole":
      if (facts?.maintenance === true) return "the provider says that it is in maintenance";
      return `the answer says that it is an error: ${deps.client.hide(facts?.error ?? "")}`;
  }
}
