import type { EpochSeconds, Window } from "../model/window.ts";
import { bigBody, bigLayout } from "./big-answer.ts";
import type { BigBlock } from "./big-block.ts";
import { textBody, type TextBody } from "./encoded-body.ts";
import { envelope, MAINTENANCE, updatesData, type EnvelopeFacts } from "./envelope.ts";
import type { Play } from "./faults.ts";
import type { Question } from "./question.ts";
import type { Scenario, Seam } from "./scenario.ts";
import type { Source, Update } from "./source.ts";
import { documentText, isoSeconds, skeleton, timeOnWire, updateWriter, type Skeleton, type TimeForm } from "./wire-format.ts";

/** What answers are made of. */
export interface Answering {
  readonly scenario: Scenario;
  readonly source: Source;
  readonly blockOf: (form: TimeForm) => BigBlock;
  /** The URL under which clients reach the server. */
  readonly url: () => string;
}

/** When an answer was made, as it says itself. */
export interface Moment {
  readonly nowMilliseconds: number;
  readonly processMilliseconds: number;
}

/** A document without updates: a refusal, an error, the maintenance. */
export function plainAnswer({ scenario }: Answering, moment: Moment, facts: Omit<EnvelopeFacts, keyof Moment>): TextBody {
  return textBody([documentText(scenario.format, envelope(scenario.format, { ...moment, ...facts }))]);
}

export function refusal(answering: Answering, moment: Moment, call: EnvelopeFacts["call"], statusCode: number, reason: string): TextBody {
  return plainAnswer(answering, moment, { call, messages: [["error", reason]], status: "error", statusCode, data: {}, identity: reason });
}

/** The answer to a bgp-updates question, with the faults that change its text. */
export function updatesAnswer(answering: Answering, question: Question, play: Play, moment: Moment): TextBody {
  const { scenario, source } = answering;
  const identity = `${scenario.seed} ${question.target} ${question.window.start} ${question.window.end}`;
  const errorBody = play.get("error-body");
  if (play.get("maintenance") !== undefined) return plainAnswer(answering, moment, { call: "bgp-updates", ...MAINTENANCE, identity });
  if (errorBody !== undefined) return refusal(answering, moment, "bgp-updates", 500, errorBody.reason);

  const lag = play.get("lag")?.seconds ?? 0;
  const window = { start: question.window.start, end: Math.max(question.window.start, question.window.end - lag) };
  const wrong = play.get("declared")?.off ?? 0;

  function around(counted: number, end: EpochSeconds, rest?: string): Skeleton {
    const facts = {
      call: "bgp-updates" as const,
      ...moment,
      identity,
      ...(rest === undefined ? {} : { seeAlso: [rest] }),
      data: updatesData({
        // A recorded answer about AS3333 calls it "3333".
        resource: question.target.replace(/^AS/, ""),
        start: timeOnWire(question.form, window.start),
        end: timeOnWire(question.form, end),
        declared: wrong === "absent" ? wrong : counted + wrong,
      }),
    };
    return skeleton(scenario.format, envelope(scenario.format, facts));
  }
  function listed(updates: Iterable<Update>, textAround: (written: number) => Skeleton): TextBody {
    return textBody(updatesText(updates, updateWriter(scenario.format, question.form), textAround));
  }

  if (play.get("outage") !== undefined) return listed([], () => around(0, window.end));
  const bytes = scenario.big[question.target];
  if (bytes !== undefined) {
    const block = answering.blockOf(question.form);
    const layout = bigLayout(bytes, block, scenario.format, question.form, window);
    const key = `${identity} ${lag} ${wrong} ${question.form}`;
    return bigBody(bytes, block, layout, around(layout.updates, window.end), scenario.format, question.form, key);
  }
  const updates = source.updates(question.target, { start: window.start, end: scenario.endtime === "inclusive" ? window.end + 1 : window.end });
  const truncated = play.get("truncated");
  if (truncated !== undefined) {
    const all = [...updates];
    const part = cutAnswer(all, truncated.updates, truncated.seam, window.start);
    if (part === null) return listed(all, (written) => around(written, window.end));
    const next = truncated.rest === "same" ? window.start : part.next;
    const origin = truncated.rest === "elsewhere" ? "http://elsewhere.invalid" : answering.url();
    const counted = truncated.declares === "whole" ? all.length : part.updates.length;
    return listed(part.updates, () => around(counted, part.end, restUrl(origin, question, { start: next, end: question.window.end })));
  }
  return listed(updates, (written) => around(written, window.end));
}

function* updatesText(updates: Iterable<Update>, write: (update: Update) => string, around: (written: number) => Skeleton): Generator<string> {
  let written = 0;
  yield around(0).head;
  for (const update of updates) yield written++ === 0 ? write(update) : `,${write(update)}`;
  const { tail, tailOfNone } = around(written);
  yield written === 0 ? tailOfNone : tail;
}

/** Without the client's own parameters (sourceapp, unix_timestamps): a client must add them again. */
function restUrl(origin: string, { resource, form }: Question, { start, end }: Window): string {
  const query = new URLSearchParams({ resource, starttime: String(timeOnWire(form, start)), endtime: String(timeOnWire(form, end)) });
  return `${origin}/data/bgp-updates/data.json?${query.toString()}`;
}

const LIST_GRID = 8 * 3600;
/** The first list that the real provider has. */
const EARLIEST_LIST = "2022-01-31T00:00:00";

/** The list of AS numbers; of the past, the same one. */
export function listAnswer(answering: Answering, asked: EpochSeconds | null, withNumbers: boolean, share: number, moment: Moment): TextBody {
  const all = answering.source.asNumbers;
  const numbers = all.slice(0, Math.round(all.length * share));
  const latest = Math.floor(moment.nowMilliseconds / 1000 / LIST_GRID) * LIST_GRID;
  const time = asked === null ? latest : Math.floor(asked / LIST_GRID) * LIST_GRID;
  const info = `Query time has been set to the latest time (${isoSeconds(latest).slice(0, 16).replace("T", " ")} UTC) data is available for.`;
  return plainAnswer(answering, moment, {
    call: "ris-asns",
    messages: asked === null ? [["info", info]] : [],
    identity: `ris-asns ${time}`,
    data: {
      ...(withNumbers ? { asns: numbers } : {}),
      counts: { total: numbers.length },
      query_time: isoSeconds(time),
      list_asns: withNumbers,
      cache: null,
      latest_time: isoSeconds(latest),
      earliest_time: EARLIEST_LIST,
    },
  });
}

interface Part {
  readonly updates: readonly Update[];
  /** The query_endtime of the part. */
  readonly end: EpochSeconds;
  /** The starttime in the URL of the rest. */
  readonly next: EpochSeconds;
}

/**
 * Cuts an answer after about `limit` updates; null if it stays whole. At the second of the seam:
 *
 * - exclusive: the part ends before it, the rest starts with it.
 * - inclusive: the part holds all of it, the rest starts a second later.
 * - duplicate: the part holds all of it, and the rest does so again.
 * - partial: the part holds some of it, the rest starts with all of it.
 *
 * The rest always starts later than its part, so a client reaches the end for any limit.
 */
export function cutAnswer(all: readonly Update[], limit: number, seam: Seam, start: EpochSeconds): Part | null {
  const first = all[0];
  const beyond = all[limit];
  if (first === undefined || beyond === undefined) return null;
  const last = all[limit - 1]!;
  switch (seam) {
    case "exclusive": {
      const second = secondAfter(all, beyond.at, first.at);
      return second === null ? null : { updates: all.filter(({ at }) => at < second), end: second, next: second };
    }
    case "inclusive":
      return whole(all, last.at, last.at + 1);
    case "duplicate": {
      const second = secondAfter(all, last.at, start);
      return second === null ? null : whole(all, second, second);
    }
    case "partial": {
      const second = secondAfter(all, last.at, start);
      if (second === null) return null;
      const count = Math.max(limit, all.findIndex(({ at }) => at === second) + 1);
      return count === all.length ? null : { updates: all.slice(0, count), end: second, next: second };
    }
  }
}

/** `wanted`, or the next second with an update after `floor` where `wanted` is not later than it. */
function secondAfter(all: readonly Update[], wanted: EpochSeconds, floor: EpochSeconds): EpochSeconds | null {
  return wanted > floor ? wanted : (all.find(({ at }) => at > floor)?.at ?? null);
}

function whole(all: readonly Update[], end: EpochSeconds, next: EpochSeconds): Part | null {
  const updates = all.filter(({ at }) => at <= end);
  return updates.length === all.length ? null : { updates, end, next };
}
