import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { ApiError, ApiUnreachable, apiErrorFrom } from "./api-error.ts";
import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";
import { timeLimit } from "./time-limit.ts";

/** An API server, and how to authenticate to it. */
export interface Connection {
  /** Without a slash at its end: "https://10.96.0.1:443". */
  readonly server: string;
  /** One pool for all requests, with the CA, the client certificate and the proxy. */
  readonly dispatcher: Dispatcher;
  /** The headers that authenticate a request. Called before each request, because tokens change. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

export interface ClientOptions {
  readonly clock: Clock;
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  /** "sluice/1.2.3", for the server's log. */
  readonly userAgent: string;
  readonly observe?: (call: ApiCall) => void;
  /** Called before every try of every write. It throws where nothing may be written. */
  readonly gate?: WriteGate;
  /** Once it is aborted, requests in flight end with its reason, and none is sent. A stream has a signal of its own. */
  readonly signal?: AbortSignal;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For each try, until its answer is read. Default: 30. */
  readonly timeoutSeconds?: number;
  /** The longest answer that is read. Default: 64 MiB. @throws AnswerTooLong */
  readonly maxBytes?: number;
}

export interface ApiRequest {
  readonly verb: Verb;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** For metrics. */
  readonly resource: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly contentType?: string;
}

type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "log";

/** One try of a request, for metrics. */
export interface ApiCall {
  readonly verb: Verb;
  /** Plural, with its subresource where there is one: "jobs", "sweeps/status". */
  readonly resource: string;
  /** HTTP status; 0 where no answer came. */
  readonly code: number;
  /** Until the answer was read; of a watch or a log until its headers came. */
  readonly seconds: number;
}

/** Called before every try of every write. @throws NotLeading */
export type WriteGate = () => void;

/** The lease may have another holder by now: nothing may be written. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";
}

/** The answer is longer than the caller has memory for. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
}

/** Whether it is about a request: refused, unanswered, or not sent. Any other error in a reconcile comes from our own code. */
export function isRequestError(error: unknown): boolean {
  return error instanceof ApiError || error instanceof ApiUnreachable || error instanceof NotLeading || error instanceof AnswerTooLong;
}

const TIMEOUT_SECONDS = 30;
const MAX_BYTES = 64 * 1024 * 1024;

/** Sends requests: each try has a time limit and is observed, and a write passes the gate first. */
export class Requests {
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  readonly #origin: string;
  readonly #prefix: string;

  constructor(connection: Connection, options: ClientOptions) {
    const url = new URL(connection.server);
    this.#connection = connection;
    this.#options = options;
    this.#origin = url.origin;
    // A server of several clusters may have each under its own path.
    this.#prefix = url.pathname.replace(/\/$/, "");
  }

  /** The answer's JSON. */
  async json(request: ApiRequest, { signal: ofCall, timeoutSeconds = TIMEOUT_SECONDS, maxBytes = MAX_BYTES }: CallOptions): Promise<unknown> {
    using linked = linkSignals(...[ofCall, this.#options.signal].filter((signal) => signal !== undefined));
    const { signal } = linked;
    return await this.#repeat(request, signal, async () => {
      const limit = timeLimit(this.#options.clock, timeoutSeconds, signal);
      try {
        return await this.#observed(request, signal, async (answered) => {
          const text = await readText(await this.#send(request, limit.signal, answered), maxBytes);
          return parsed(text);
        });
      } finally {
        limit.close();
      }
    });
  }

  /** The body as a stream. The time limit ends with the headers: the body may take any time. */
  async stream(request: ApiRequest, { signal, timeoutSeconds = TIMEOUT_SECONDS }: CallOptions): Promise<Readable> {
    const limit = timeLimit(this.#options.clock, timeoutSeconds, signal);
    try {
      const body = await this.#observed(request, signal, (answered) => this.#send(request, limit.signal, answered));
      limit.lift();
      body.once("close", limit.close);
      return body;
    } catch (error) {
      limit.close();
      throw error;
    }
  }

  async #repeat<Answer>(request: ApiRequest, signal: AbortSignal | undefined, once: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once();
      } catch (error) {
        const seconds = secondsBeforeRetry(error, request.method === "GET", tries, this.#options.random());
        if (seconds === null) throw error;
        await this.#options.clock.sleep(seconds * 1000, signal);
        signal?.throwIfAborted();
      }
    }
  }

  /** Any error that is neither the server's refusal nor the caller's abort means that no answer came. */
  async #observed<Answer>(request: ApiRequest, signal: AbortSignal | undefined, work: (answered: (status: number) => void) => Promise<Answer>): Promise<Answer> {
    if (request.method !== "GET") this.#options.gate?.();
    const startedAt = this.#options.clock.monotonic();
    let code = 0;
    try {
      return await work((status) => (code = status));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError || error instanceof AnswerTooLong) throw error;
      code = 0;
      throw new ApiUnreachable(`${request.method} ${request.path}: ${reasonOf(error)}`, { cause: error });
    } finally {
      this.#options.observe?.({ verb: request.verb, resource: request.resource, code, seconds: (this.#options.clock.monotonic() - startedAt) / 1000 });
    }
  }

  /** @throws ApiError where the server refused */
  async #send(request: ApiRequest, signal: AbortSignal, answered: (status: number) => void): Promise<Readable> {
    // Before the pool is used: a new CA replaces it.
    const headers = await this.#connection.headers();
    const response: Dispatcher.ResponseData = await this.#connection.dispatcher.request({
      origin: this.#origin,
      path: `${this.#prefix}${request.path}${queryText(request.query ?? {})}`,
      method: request.method,
      headers: {
        ...headers,
        "user-agent": this.#options.userAgent,
        accept: request.verb === "log" ? "*/*" : "application/json",
        ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal,
      // Our own time limit counts: undici's would end a silent watch.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    answered(response.statusCode);
    if (response.statusCode < 300) return response.body;
    throw apiErrorFrom(response.statusCode, response.headers["retry-after"], await readText(response.body, MAX_BYTES));
  }
}

function queryText(query: NonNullable<ApiRequest["query"]>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the answer is not JSON: ${text.slice(0, 100)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

const MAX_TRIES = 5;
const FIRST_SECONDS = 0.2;
const MAX_BACKOFF_SECONDS = 10;
const MAX_RETRY_AFTER_SECONDS = 30;

/**
 * Seconds to wait before a failed request is sent again; null where it is not. 429 says that nothing was done, so a write may be repeated;
 * after any other error only reads may.
 * @param tries how often it was sent; at least 1
 * @param random evenly from 0 to below 1. It decides half of the wait, so that many clients do not return at once.
 */
export function secondsBeforeRetry(error: unknown, reads: boolean, tries: number, random: number): number | null {
  if (tries >= MAX_TRIES || !mayRepeat(error, reads)) return null;
  const retryAfter = error instanceof ApiError ? Math.min(error.retryAfter ?? 0, MAX_RETRY_AFTER_SECONDS) : 0;
  const backoff = Math.min(MAX_BACKOFF_SECONDS, FIRST_SECONDS * 2 ** (tries - 1));
  return retryAfter + backoff * (0.5 + random / 2);
}

function mayRepeat(error: unknown, reads: boolean): boolean {
  if (error instanceof ApiUnreachable) return reads;
  if (!(error instanceof ApiError)) return false;
  return error.status === 429 || (reads && error.status >= 500);
}

/** @throws AnswerTooLong */
async function readText(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AnswerTooLong(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
