import type { Dispatcher } from "undici";
import type { TextSink } from "../extract/reading.ts";
import { unresolvedNameIn } from "../model/errors.ts";
import type { Encoding, RequestSpec } from "../model/resolved.ts";
import type { ErrorCode } from "../model/result.ts";
import { openBody, UnreadableBody, type Body } from "./body.ts";
import { onNextWire, type Connection, type Connections, type Wire } from "./connections.ts";
import { InflateError } from "./inflate.ts";
import { type Hide, oneLine, reasonIn } from "./reason.ts";

/** What all requests of a client share. */
export interface Line {
  readonly connections: Connections;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: RequestSpec["timeouts"];
  readonly compression: readonly Encoding[];
  readonly hide: Hide;
  /** Open bodies, for heldBytes. */
  readonly open: Set<Body>;
}

export interface Wish {
  /** Where the text of an answer with this status goes. Null: nowhere, and its start is kept as the reason. */
  sinkFor(status: number, encoding: string): TextSink | null;
  readonly signal: AbortSignal;
  /** Called for each chunk of a body before it is inflated. If it throws, the request ends. */
  onWire(bytes: number): void;
  /** Called for each redirect that is followed, since it is one more request. */
  onRedirect?(): void;
}

/**
 * One request and its reply, without redirects. Rejects only with the signal's reason, or with an error of the sink or onWire.
 * Everything that a server does is a Reply.
 */
export async function exchange(line: Line, url: URL, wish: Wish): Promise<Reply> {
  let connection = await line.connections.take(wish.signal);
  let isWhole = false;
  try {
    let sent = await send(connection, line, url, wish);
    if (sent.isOfConnection) {
      connection = line.connections.replace(connection);
      sent = await send(connection, line, url, wish);
    }
    isWhole = sent.isWhole;
    return sent.reply;
  } finally {
    line.connections.giveBack(connection, isWhole);
  }
}

interface Sent {
  readonly reply: Reply;
  /** The response was read to its end, so the connection can carry another request. */
  readonly isWhole: boolean;
  /**
   * The reply says nothing about the request, but that the connection was at its end when it was sent: an earlier request had used it,
   * and it closed before the first byte of a response, brought what is no response, or the server's 408 that it was idle for too long.
   * The request is sent again on a new connection, and nobody is told: no such thing is the host's illness, or a try of the target.
   */
  readonly isOfConnection: boolean;
}

/**
 * Waiting for a connection → sent → headers known, body flows → ended. Every path to the last state goes through `end`, which runs
 * once; later callbacks of undici are ignored.
 */
function send(connection: Connection, line: Line, url: URL, wish: Wish): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const { signal } = wish;
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    let wire: Wire | null = null;
    let controller: Dispatcher.DispatchController | null = null;
    let hasEnded = false;
    let status: number | null = null;
    let body: Body | null = null;
    let errorText: ErrorText | null = null;
    let isFramed = false;
    let retryAfter: string | null = null;
    let location: string | null = null;
    let wireBytes = 0;
    let textBytes = 0;

    function end(): boolean {
      if (hasEnded) return false;
      hasEnded = true;
      signal.removeEventListener("abort", onAbort);
      if (body !== null) {
        line.open.delete(body);
        body.close();
      }
      return true;
    }

    function onAbort(): void {
      if (!end()) return;
      reject(signal.reason as Error);
      controller?.abort(STOPPED);
    }

    /** An error status counts as it is, however its body ends. */
    function decline(isWhole: boolean): void {
      if (status === null || errorText === null || !end()) return;
      const text = errorText.text();
      const reply: Reply = { kind: "declined", status, text, reason: reasonIn(text, line.hide), retryAfter, location, wireBytes, textBytes };
      resolve({ reply, isWhole, isOfConnection: status === 408 && wire?.isReused === true });
    }

    function giveUp(error: Error): void {
      if (errorText !== null) {
        decline(false);
        return;
      }
      const why = whyUnreadable(error) ?? whyBroken(error, { sent: controller !== null, status, wireBytes, sample: wire?.sample ?? "" }, url.host, line.hide);
      if (!end()) return;
      const isUnanswered = status === null && (wire?.hasArrived === false || why.code === "protocol");
      resolve({ reply: { kind: "broken", status, wireBytes, textBytes, ...why }, isWhole: false, isOfConnection: isUnanswered && wire?.isReused === true });
    }

    /** An error of the sink or onWire is the caller's, and goes back to it. */
    function fail(error: unknown): void {
      if (error instanceof InflateError || error instanceof UnreadableBody) giveUp(error);
      else if (end()) reject(error instanceof Error ? error : new Error(String(error)));
      controller?.abort(STOPPED);
    }

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (hasEnded) started.abort(STOPPED);
        else onNextWire((used) => (wire = used));
      },
      onResponseStart(_, code, headers) {
        if (hasEnded || code < 200) return;
        status = code;
        location = isRedirect(code) ? first(headers.location) : null;
        retryAfter = first(headers["retry-after"]);
        const transfer = (all(headers["transfer-encoding"]) ?? "identity").trim().toLowerCase();
        isFramed = headers["content-length"] !== undefined || transfer === "chunked";
        try {
          if (transfer !== "chunked" && transfer !== "identity") throw new UnreadableBody(`the transfer-encoding "${transfer.slice(0, 40)}" was not asked for`);
          const encoding = all(headers["content-encoding"]) ?? "identity";
          const sink = location === null ? wish.sinkFor(code, encoding) : null;
          const into = sink ?? (errorText = openErrorText());
          body = openBody(encoding, line.compression, into);
          line.open.add(body);
        } catch (error) {
          fail(error);
        }
      },
      onResponseData(_, chunk) {
        if (hasEnded || body === null) return;
        wireBytes += chunk.length;
        try {
          wish.onWire(chunk.length);
          textBytes += body.feed(chunk);
        } catch (error) {
          fail(error);
          return;
        }
        if (errorText?.isFull === true) {
          decline(false);
          controller?.abort(STOPPED);
        }
      },
      onResponseEnd() {
        if (hasEnded || body === null || status === null) return;
        if (errorText !== null) {
          decline(true);
          return;
        }
        const isMarked = body.isWhole();
        if (isMarked === false) {
          giveUp(new Error("the compressed data is incomplete"));
          return;
        }
        if (!end()) return;
        const reply: Reply = { kind: "whole", status, framed: isFramed || isMarked === true, wireBytes, textBytes };
        resolve({ reply, isWhole: true, isOfConnection: false });
      },
      onResponseError(_, error) {
        giveUp(error);
      },
    };

    signal.addEventListener("abort", onAbort);
    connection.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: "GET",
        headers: { ...line.headers },
        // For each request, because a proxy's own pool does not inherit them.
        headersTimeout: line.timeouts.headersSeconds * 1000,
        bodyTimeout: line.timeouts.idleSeconds * 1000,
      },
      handler,
    );
  });
}

/** Makes undici drop the connection; never shown. */
const STOPPED = new Error("stopped");

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** RFC 9110, section 5.2: several lines are one list. */
function all(header: string | string[] | undefined): string | null {
  return Array.isArray(header) ? header.join(", ") : (header ?? null);
}

/** Bytes of one reply's body, on the wire and as inflated text. */
interface Traffic {
  readonly wireBytes: number;
  readonly textBytes: number;
}

/** The sink got the body to its end. */
interface WholeReply extends Traffic {
  readonly kind: "whole";
  readonly status: number;
  /**
   * A length, chunks or the compressed data marked its end. If false, the body ended with the connection, and only the count that
   * the answer declares can prove that it is complete.
   */
  readonly framed: boolean;
}

/** An answer without a sink: an error status, or a redirect that was not followed. */
export interface DeclinedReply extends Traffic {
  readonly kind: "declined";
  readonly status: number;
  /** The start of the body as latin1, at most 8 KiB. */
  readonly text: string;
  /** The reason that it gives, as one line without secrets; "" if it gives none. */
  readonly reason: string;
  /** The header, unparsed. */
  readonly retryAfter: string | null;
  readonly location: string | null;
}

/** No whole answer, and why. */
interface BrokenReply extends Traffic {
  readonly kind: "broken";
  readonly code: Extract<ErrorCode, "timeout" | "connect" | "reset" | "protocol" | "encoding" | "redirect">;
  /** Null before the headers. */
  readonly status: number | null;
  /** One sentence. */
  readonly detail: string;
}

export type Reply = WholeReply | DeclinedReply | BrokenReply;

function whyUnreadable(error: Error): Why | null {
  if (error instanceof InflateError) return { code: "encoding", detail: `the body could not be inflated: ${error.message}` };
  return error instanceof UnreadableBody ? { code: "encoding", detail: error.message } : null;
}

type Why = Pick<BrokenReply, "code" | "detail">;

interface Stage {
  /** The request was written to a connection. */
  readonly sent: boolean;
  readonly status: number | null;
  readonly wireBytes: number;
  /** The start of what arrived. */
  readonly sample: string;
}

/** Why a request has no whole answer. @param error undici's, or Node's below it */
function whyBroken(error: Error, stage: Stage, host: string, hide: Hide): Why {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
      return { code: "timeout", detail: `no connection to ${host} within the connect timeout` };
    case "UND_ERR_HEADERS_TIMEOUT":
      return { code: "timeout", detail: "no headers within the headers timeout" };
    case "UND_ERR_BODY_TIMEOUT":
      return { code: "timeout", detail: `the body stalled after ${stage.wireBytes} bytes` };
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return { code: "connect", detail: whyUnresolved(code, error, host) };
  const reason = [error.message, error.message.includes(code) ? "" : code].filter((part) => part !== "").join(", ");
  if (!stage.sent) return { code: "connect", detail: `no connection to ${host} (${reason})` };
  if (isProtocolFault(error, code, stage.status)) return { code: "protocol", detail: protocolDetail(error, reason, stage, hide) };
  if (stage.status === null) return { code: "reset", detail: `the connection ended before the headers (${reason})` };
  return { code: "reset", detail: `the body ended early, after ${stage.wireBytes} bytes (${reason})` };
}

/** Node gives the name beside the message; behind a proxy it is the proxy's. */
function whyUnresolved(code: "ENOTFOUND" | "EAI_AGAIN", error: Error, host: string): string {
  const name = unresolvedNameIn(error) ?? host;
  return code === "ENOTFOUND" ? `the host name ${name} does not resolve (ENOTFOUND)` : `no name server answers for the host ${name} (EAI_AGAIN), which is usually temporary`;
}

/** The parser refused what arrived. "Invalid EOF state" is no such fault: the connection ended in the middle. */
function isProtocolFault(error: Error, code: string, status: number | null): boolean {
  if (error.name === "HTTPParserError") return !error.message.includes("Invalid EOF state");
  // Of two lengths undici adds up the digits, and compares that with the body that it has not read.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return status === null;
  return code === "UND_ERR_HEADERS_OVERFLOW" || (code === "UND_ERR_SOCKET" && (error.message === "bad response" || error.message === "bad upgrade"));
}

const SAMPLE_CHARACTERS = 100;

/** The reason of the parser, and a sample: of the headers, or from where the parser stopped in the body. */
function protocolDetail(error: Error, reason: string, { status, wireBytes, sample }: Stage, hide: Hide): string {
  const rest = "data" in error && typeof error.data === "string" ? error.data : "";
  const shown = oneLine(hide(status === null ? sample : rest)).slice(0, SAMPLE_CHARACTERS);
  const where = status === null ? "the headers are" : `after ${wireBytes} bytes the body is`;
  return `${where} not valid HTTP/1.1 (${reason})${shown === "" ? "" : `: ${shown}`}`;
}

/** Enough for any reason that a person would read. */
export const ERROR_TEXT_LIMIT = 8 * 1024;

/** Keeps the start of a body that is not an answer; the rest overwrites itself in place. */
interface ErrorText extends TextSink {
  readonly isFull: boolean;
  /** As latin1. */
  text(): string;
}

export function openErrorText(): ErrorText {
  // The room beyond the limit is what a sink must always offer.
  const work = Buffer.allocUnsafe(3 * ERROR_TEXT_LIMIT);
  let kept = 0;
  return {
    work,
    begin: () => kept,
    take(length) {
      kept = Math.min(kept + length, ERROR_TEXT_LIMIT);
    },
    get isFull() {
      return kept === ERROR_TEXT_LIMIT;
    },
    text: () => work.toString("latin1", 0, kept),
  };
}
