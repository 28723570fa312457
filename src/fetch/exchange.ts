import type { Dispatcher } from "undici";
import type { TextSink } from "../extract/reading.ts";
import type { Encoding, RequestSpec } from "../model/resolved.ts";
import { openBody, type Body } from "./body.ts";
import { whyBroken } from "./broken.ts";
import { openErrorText, type ErrorText } from "./error-text.ts";
import type { Hide } from "./hiding.ts";
import { InflateError } from "./inflate.ts";
import { reasonIn } from "./reason.ts";
import type { Reply } from "./reply.ts";

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
