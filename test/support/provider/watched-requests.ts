import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** One question that reached a simulator of this process; moments are milliseconds of performance.now(). */
export interface WatchedRequest {
  readonly target: string;
  /** Unix seconds; NaN where the question names none. */
  readonly windowStart: number;
  readonly came: number;
  /** Answered, or its client is gone. */
  readonly left: number | null;
  readonly status: number | null;
}

export interface WatchedRequests {
  readonly requests: readonly WatchedRequest[];
  /** How many came in [from, to). */
  came(from: number, to: number): number;
  /** How many were there at that moment. */
  inFlightAt(moment: number): number;
  stop(): void;
}

const STARTED = "http.server.request.start";

/** Watches what reaches the server at `url`, which must be in this process. */
export function watchRequests(url: string): WatchedRequests {
  const { host } = new URL(url);
  const requests: { -readonly [Field in keyof WatchedRequest]: WatchedRequest[Field] }[] = [];
  const started = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.headers.host !== host || request.url?.startsWith("/data/bgp-updates/") !== true) return;
    const { searchParams } = new URL(request.url, url);
    const watched: (typeof requests)[number] = {
      target: searchParams.get("resource") ?? "",
      windowStart: Number(searchParams.get("starttime") ?? Number.NaN),
      came: performance.now(),
      left: null,
      status: null,
    };
    requests.push(watched);
    response.once("finish", () => {
      watched.status = response.statusCode;
      watched.left = performance.now();
    });
    response.once("close", () => (watched.left ??= performance.now()));
  };
  subscribe(STARTED, started);
  return {
    requests,
    came: (from, to) => requests.filter((request) => request.came >= from && request.came < to).length,
    inFlightAt: (moment) => requests.filter(({ came, left }) => came <= moment && (left === null || left > moment)).length,
    stop: () => unsubscribe(STARTED, started),
  };
}
