import type { IncomingHttpHeaders } from "node:http";
import { listAnswer, plainAnswer, refusal, updatesAnswer, type Answering, type Moment } from "./answer.ts";
import { negotiate, type Encoder, type EncodedBody, textBody, type TextBody } from "./encoded-body.ts";
import type { Play } from "./faults.ts";
import { readQuestion, readTime, type Question } from "./question.ts";
import type { FaultName, FaultPlay } from "./scenario.ts";
import type { Reply, Transport } from "./sending.ts";

/** What was asked, as far as it could be read. */
export type Asked =
  | { readonly kind: "updates"; readonly question: Question }
  | { readonly kind: "list"; readonly query: URLSearchParams }
  | { readonly kind: "refused"; readonly resource: string; readonly reason: string };

export function readAsked(path: string, query: URLSearchParams, nowSeconds: number): Asked | null {
  if (path === "/data/ris-asns/data.json") return { kind: "list", query };
  if (path !== "/data/bgp-updates/data.json") return null;
  const question = readQuestion(query, nowSeconds);
  return "refusal" in question ? { kind: "refused", resource: query.get("resource") ?? "", reason: question.refusal } : { kind: "updates", question };
}

const JSON_TYPE = { "content-type": "application/json" };
const HTML_TYPE = { "content-type": "text/html" };

/** The reply to a question, faults included; resets before the headers and latency are the server's. */
export function makeReply(answering: Answering, encoder: Encoder, asked: Asked, play: Play, moment: Moment, headers: IncomingHttpHeaders, played: (what: FaultName) => void): Reply {
  const status = play.get("status");
  const redirect = play.get("redirect");
  if (status !== undefined) {
    played("status");
    return wholeReply(status.status, { ...retryAfter(status.retryAfter), ...(status.body === "html" ? HTML_TYPE : JSON_TYPE) }, statusBody(answering, status, moment));
  }
  if (redirect !== undefined) {
    played("redirect");
    return wholeReply(302, { ...HTML_TYPE, location: redirect.to }, textBody([htmlPage(302)]));
  }
  if (asked.kind === "refused") return wholeReply(400, JSON_TYPE, refusal(answering, moment, "bgp-updates", 400, asked.reason));

  for (const what of ["maintenance", "error-body", "outage", "lag", "truncated", "blanks", "declared", "short-list"] as const) {
    if (play.get(what) !== undefined && (what === "short-list") === (asked.kind === "list")) played(what);
  }
  const text = asked.kind === "list" ? listText(answering, asked.query, play, moment) : withBlanks(updatesAnswer(answering, asked.question, play, moment), play, asked.question);
  const corrupt = play.get("corrupt");
  const transport = chooseTransport(play, played);
  const encoding = negotiate(headers["accept-encoding"], answering.scenario.compression);
  if (corrupt !== undefined) {
    played("corrupt");
    return { status: 200, headers: JSON_TYPE, body: corrupted(encoder.encode(text, "gzip"), corrupt.where), transport };
  }
  // A dribble is white space within JSON, so it is not compressed.
  return { status: 200, headers: JSON_TYPE, body: encoder.encode(text, transport.kind === "dribble" ? null : encoding), transport };
}

/** The 429 of the provider's own limit: nothing is on record of how it looks. */
export function overLimit(answering: Answering, moment: Moment, limit: number): Reply {
  return wholeReply(429, JSON_TYPE, refusal(answering, moment, "bgp-updates", 429, `The limit of ${limit} concurrent requests from one IP address is exceeded.`));
}

export function wholeReply(status: number, headers: Record<string, string>, text: TextBody): Reply {
  return { status, headers, body: { encoding: null, length: text.length, chunks: text.chunks() }, transport: { kind: "whole" } };
}

function listText(answering: Answering, query: URLSearchParams, play: Play, moment: Moment): TextBody {
  if (play.get("maintenance") !== undefined) return plainAnswer(answering, moment, { call: "ris-asns", messages: [], status: "ok", data: {}, identity: "ris-asns", callStatus: "maintenance" });
  const asked = query.has("query_time") ? readTime(query.get("query_time"), 0) : null;
  return listAnswer(answering, asked, query.get("list_asns")?.toLowerCase() === "true", play.get("short-list")?.share ?? 1, moment);
}

/** It has a key, since what is so much text is compressed once only. */
function withBlanks(text: TextBody, play: Play, question: Question): TextBody {
  const bytes = play.get("blanks")?.bytes;
  if (bytes === undefined) return text;
  function* chunks(): Generator<Buffer> {
    yield* text.chunks();
    for (let left = bytes!; left > 0; left -= BLANKS.length) yield BLANKS.subarray(0, left);
  }
  return { length: text.length === null ? null : text.length + bytes, chunks, key: `${JSON.stringify(question)} and ${bytes} blanks` };
}

const BLANKS = Buffer.alloc(1024 * 1024, " ");

function chooseTransport(play: Play, played: (what: FaultName) => void): Transport {
  const reset = play.get("reset");
  const early = play.get("ends-early");
  const dribble = play.get("dribble");
  const after = (afterBytes: number | undefined): { afterBytes?: number } => (afterBytes === undefined ? {} : { afterBytes });
  if (reset?.at === "body") {
    played("reset");
    return { kind: "reset", ...after(reset.afterBytes) };
  }
  if (early !== undefined) {
    played("ends-early");
    return { kind: "ends-early", how: early.how, ...after(early.afterBytes) };
  }
  if (dribble !== undefined) {
    played("dribble");
    return { kind: "dribble", everySeconds: dribble.everySeconds, ...after(dribble.afterBytes) };
  }
  return { kind: "whole" };
}

function statusBody(answering: Answering, { status, body }: Extract<FaultPlay, { what: "status" }>, moment: Moment): TextBody {
  switch (body) {
    case "html":
      return textBody([htmlPage(status)]);
    case "json":
      return refusal(answering, moment, "bgp-updates", status, `The request could not be answered (${status}).`);
    case "none":
      return textBody([]);
  }
}

function htmlPage(status: number): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

function retryAfter(value: number | string | undefined): Record<string, string> {
  return value === undefined ? {} : { "retry-after": String(value) };
}

/** Compressed bytes with some of them wrong: in the middle of the data, or in gzip's checksum at the very end. */
function corrupted(body: EncodedBody, where: "data" | "checksum"): EncodedBody {
  return { ...body, chunks: where === "data" ? wrongData(body) : wrongChecksum(body) };
}

/** Where the length is not known. */
const PLACE = 4_096;
const RUN = 24;

async function* wrongData({ chunks, length }: EncodedBody): AsyncGenerator<Buffer> {
  const from = length === null ? PLACE : Math.floor(length / 2);
  let offset = 0;
  for await (const chunk of chunks) {
    yield offset < from + RUN && offset + chunk.length > from
      ? Buffer.from(chunk.map((byte, index) => (offset + index >= from && offset + index < from + RUN ? byte ^ 0xff : byte)))
      : chunk;
    offset += chunk.length;
  }
}

/** Checksum and length are a gzip's last eight bytes. */
async function* wrongChecksum({ chunks }: EncodedBody): AsyncGenerator<Buffer> {
  let last = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const held: Buffer = Buffer.concat([last, chunk]);
    yield held.subarray(0, -8);
    last = Buffer.from(held.subarray(-8));
  }
  yield Buffer.from(last.map((byte, index) => (index < 4 ? byte ^ 0xff : byte)));
}
