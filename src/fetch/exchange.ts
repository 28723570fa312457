import type { Dispatcher } from "undici";
import type { TextSink } from "../extract/reading.ts";
import type { Encoding, RequestSpec } from "../model/resolved.ts";
import type { ErrorCode } from "../model/result.ts";
import { openBody, type Body } from "./body.ts";
import { InflateError } from "./inflate.ts";
import { type Hide, reasonIn } from "./reason.ts";

/** What is the same for all requests of a client. */
export interface Line {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: RequestSpec["timeouts"];
  readonly compression: readonly Encoding[];
  readonly hide: Hide;
  /** The bodies under way, for the memory guard. */
  readonly open: Set<Body>;
}

export interface Wish {
  /** Where the text of an answer with this status goes; null: it is not wanted, a little of it is kept as the reason. */
  sinkFor(status: number, encoding: string): TextSink | null;
  readonly signal: AbortSignal;
  /** Called for each chunk of a body before it is inflated. What it throws ends the request. */
  onWire(bytes: number): void;
  /** Called for each redirect that is followed: it is one more request. */
  onRedirect?(): void;
}

/**
 * One request and its reply, without redirects. Rejects only with the signal's reason, or with what the sink or
 * onWire threw; whatever a server does is a Reply.
 *
 * waiting for a connection → sent → headers known, body flows → ended. From each of them one way leads to `end`,
 * which runs once; whatever undici still says of the request afterwards is ignored.
 */
export function exchange(line: Line, url: URL, wish: Wish): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { signal } = wish;
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
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

    /** An error status stays what it is, however its body ends. */
    function decline(): void {
      if (status === null || errorText === null || !end()) return;
      const text = errorText.text();
      resolve({ kind: "declined", status, text, reason: reasonIn(text, line.hide), retryAfter, location, wireBytes, textBytes });
    }

    function giveUp(error: Error): void {
      if (errorText !== null) {
        decline();
        return;
      }
      const why =
        error instanceof InflateError
          ? { code: "encoding" as const, detail: `the body could not be inflated: ${error.message}` }
          : whyBroken(error, { sent: controller !== null, status, wireBytes }, url.host);
      if (end()) resolve({ kind: "broken", status, wireBytes, textBytes, ...why });
    }

    /** What the sink or onWire threw is the caller's own and goes back to it. */
    function fail(error: unknown): void {
      if (error instanceof InflateError) giveUp(error);
      else if (end()) reject(error instanceof Error ? error : new Error(String(error)));
      controller?.abort(STOPPED);
    }

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (hasEnded) started.abort(STOPPED);
      },
      onResponseStart(_, code, headers) {
        if (hasEnded || code < 200) return;
        status = code;
        location = isRedirect(code) ? first(headers.location) : null;
        retryAfter = first(headers["retry-after"]);
        isFramed = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
        try {
          const encoding = first(headers["content-encoding"]) ?? "identity";
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
          decline();
          controller?.abort(STOPPED);
        }
      },
      onResponseEnd() {
        if (hasEnded || body === null || status === null) return;
        if (errorText !== null) {
          decline();
          return;
        }
        const isMarked = body.isWhole();
        if (isMarked === false) {
          giveUp(new Error("the compressed data goes on"));
          return;
        }
        if (end()) resolve({ kind: "whole", status, framed: isFramed || isMarked === true, wireBytes, textBytes });
      },
      onResponseError(_, error) {
        giveUp(error);
      },
    };

    signal.addEventListener("abort", onAbort);
    line.dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: "GET",
        headers: { ...line.headers },
        // Given for each request too: a proxy's own pool does not take them over.
        headersTimeout: line.timeouts.headersSeconds * 1000,
        bodyTimeout: line.timeouts.idleSeconds * 1000,
      },
      handler,
    );
  });
}

/** Tells undici to drop the connection; nobody sees it. */
const STOPPED = new Error("stopped");

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** Bytes of one reply's body: as they came over the wire, and as text after inflating. */
interface Traffic {
  readonly wireBytes: number;
  readonly textBytes: number;
}

/** The body went into the sink to its end. */
interface WholeReply extends Traffic {
  readonly kind: "whole";
  readonly status: number;
  /**
   * Its end was marked: by a length, by chunks or by the compressed data. Where it is false the body ended with the
   * connection, and only the count that the answer declares can tell whether all of it came.
   */
  readonly framed: boolean;
}

/** An answer that nobody wanted as text: an error status, or a redirect that was not followed. */
interface DeclinedReply extends Traffic {
  readonly kind: "declined";
  readonly status: number;
  /** The first of the body as latin1, at most 8 KiB. */
  readonly text: string;
  /** What it says of why, as one line without secrets; "" where it says nothing. */
  readonly reason: string;
  /** The header as it came. */
  readonly retryAfter: string | null;
  readonly location: string | null;
}

/** No whole answer: what went wrong on the way. */
interface BrokenReply extends Traffic {
  readonly kind: "broken";
  readonly code: Extract<ErrorCode, "timeout" | "connect" | "reset" | "encoding" | "redirect">;
  /** Null before the headers. */
  readonly status: number | null;
  /** One sentence. */
  readonly detail: string;
}

export type Reply = WholeReply | DeclinedReply | BrokenReply;

interface Stage {
  /** The request was written to a connection. */
  readonly sent: boolean;
  readonly status: number | null;
  readonly wireBytes: number;
}

/** Says in our words why a request has no whole answer. `error` is undici's, or Node's beneath it. */
function whyBroken(error: Error, stage: Stage, host: string): Pick<BrokenReply, "code" | "detail"> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
      return { code: "timeout", detail: `no connection to ${host} within the time for it` };
    case "UND_ERR_HEADERS_TIMEOUT":
      return { code: "timeout", detail: "no headers within the time for them" };
    case "UND_ERR_BODY_TIMEOUT":
      return { code: "timeout", detail: `the body stood still after ${stage.wireBytes} bytes` };
  }
  const reason = [error.message, code].filter((part) => part !== "").join(", ");
  if (!stage.sent) return { code: "connect", detail: `no connection to ${host} (${reason})` };
  if (stage.status === null) return { code: "reset", detail: `the connection ended before the headers (${reason})` };
  return { code: "reset", detail: `the body ended early, after ${stage.wireBytes} bytes (${reason})` };
}

/** Enough for any reason that a person should read. */
export const ERROR_TEXT_LIMIT = 8 * 1024;

/** Keeps the first of a body that is not an answer. What comes beyond is overwritten in place. */
interface ErrorText extends TextSink {
  readonly isFull: boolean;
  /** As latin1. */
  text(): string;
}

export function openErrorText(): ErrorText {
  // Beyond the limit lies the room that a sink must always offer.
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
