import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { ApiError, ApiUnreachable, refusal } from "./api-error.ts";
import type { Clock } from "../model/clock.ts";
import { timeLimit } from "./time-limit.ts";

export interface ClientOptions {
  readonly clock: Clock;
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  /** "sluice/1.2.3": what the server's log shows. */
  readonly userAgent: string;
  readonly observe?: (call: ApiCall) => void;
  /** Called before every try of every write; it throws where nothing may be written. */
  readonly gate?: WriteGate;
}

/** Both may be absent: then the request has 30 seconds. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For each try, until its answer is read. */
  readonly timeoutSeconds?: number;
}

/** One request, before it is sent. */
export interface Ask {
  readonly verb: Verb;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** For metrics. */
  readonly resource: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly contentType?: string;
}

const TIMEOUT_SECONDS = 30;

/** Sends requests, each try within its time, observed, and a write only through the gate. */
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
    // Some servers of many clusters have each under a path of its own.
    this.#prefix = url.pathname.replace(/\/$/, "");
  }

  /** The answer's JSON. */
  async json(ask: Ask, { signal, timeoutSeconds = TIMEOUT_SECONDS }: CallOptions): Promise<unknown> {
    return this.#repeat(ask, signal, async () => {
      const limit = timeLimit(this.#options.clock, timeoutSeconds, signal);
      try {
        return await this.#observed(ask, signal, async (answered) => {
          const text = await readText(await this.#send(ask, limit.signal, answered));
          return parsed(text);
        });
      } finally {
        limit.end();
      }
    });
  }

  /** The answer's body while it comes, which may take as long as it likes: only its head has to be there in time. */
  async stream(ask: Ask, { signal, timeoutSeconds = TIMEOUT_SECONDS }: CallOptions): Promise<Readable> {
    const limit = timeLimit(this.#options.clock, timeoutSeconds, signal);
    try {
      const body = await this.#observed(ask, signal, (answered) => this.#send(ask, limit.signal, answered));
      limit.lift();
      body.once("close", limit.end);
      return body;
    } catch (error) {
      limit.end();
      throw error;
    }
  }

  async #repeat<Answer>(ask: Ask, signal: AbortSignal | undefined, once: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once();
      } catch (error) {
        const seconds = secondsBeforeRetry(error, ask.method === "GET", tries, this.#options.random());
        if (seconds === null) throw error;
        await this.#options.clock.sleep(seconds * 1000, signal);
        signal?.throwIfAborted();
      }
    }
  }

  /** Everything that is neither the server's refusal nor the caller's own wish to stop means that no answer came. */
  async #observed<Answer>(ask: Ask, signal: AbortSignal | undefined, work: (answered: (status: number) => void) => Promise<Answer>): Promise<Answer> {
    if (ask.method !== "GET") this.#options.gate?.();
    const began = this.#options.clock.monotonic();
    let code = 0;
    try {
      return await work((status) => (code = status));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError) throw error;
      code = 0;
      throw new ApiUnreachable(`${ask.method} ${ask.path}: ${whatHappened(error)}`, { cause: error });
    } finally {
      this.#options.observe?.({ verb: ask.verb, resource: ask.resource, code, seconds: (this.#options.clock.monotonic() - began) / 1000 });
    }
  }

  /** @throws ApiError where the server refused */
  async #send(ask: Ask, signal: AbortSignal, answered: (status: number) => void): Promise<Readable> {
    // First: reading a new CA replaces the pool.
    const who = await this.#connection.headers();
    const response: Dispatcher.ResponseData = await this.#connection.dispatcher.request({
      origin: this.#origin,
      path: `${this.#prefix}${ask.path}${queryText(ask.query ?? {})}`,
      method: ask.method,
      headers: {
        ...who,
        "user-agent": this.#options.userAgent,
        accept: ask.verb === "log" ? "*/*" : "application/json",
        ...(ask.body === undefined ? {} : { "content-type": ask.contentType ?? "application/json" }),
      },
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
      signal,
      // The time limit is ours: undici's own would end a quiet watch.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    answered(response.statusCode);
    if (response.statusCode < 300) return response.body;
    throw refusal(response.statusCode, response.headers["retry-after"], await readText(response.body));
  }
}

function queryText(query: NonNullable<Ask["query"]>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the answer is no JSON: ${text.slice(0, 100)}`);
  }
}

function whatHappened(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whatHappened(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "log";

/** One request that ended, for metrics. Each try counts. */
export interface ApiCall {
  readonly verb: Verb;
  /** Plural, with its subresource where there is one: "jobs", "sweeps/status". */
  readonly resource: string;
  /** HTTP status; 0 where no answer came. */
  readonly code: number;
  /** Until the answer was read; of a watch and a log until it began. */
  readonly seconds: number;
}

const MOST_TRIES = 5;
const FIRST_SECONDS = 0.2;
const LONGEST_SECONDS = 10;
const LONGEST_ASKED_SECONDS = 30;

/**
 * How long to wait before a request that failed is sent again; null where it is not.
 * 429 says that nothing was done, so a write may follow it; after everything else only what reads may be repeated.
 * @param tries how often it was sent; at least 1
 * @param random evenly from 0 to below 1: half of the wait is left to it, so that many clients do not come back at once
 */
export function secondsBeforeRetry(error: unknown, reads: boolean, tries: number, random: number): number | null {
  if (tries >= MOST_TRIES || !mayRepeat(error, reads)) return null;
  const asked = error instanceof ApiError ? Math.min(error.retryAfter ?? 0, LONGEST_ASKED_SECONDS) : 0;
  const own = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (tries - 1));
  return asked + own * (0.5 + random / 2);
}

function mayRepeat(error: unknown, reads: boolean): boolean {
  if (error instanceof ApiUnreachable) return reads;
  if (!(error instanceof ApiError)) return false;
  return error.status === 429 || (reads && error.status >= 500);
}

const MOST_BYTES = 64 * 1024 * 1024;

/** @throws where the text is longer than any page of a list may be: it would not fit into memory either */
export async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The lease is not provably ours: nothing may be written. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";
}

/** Called before every try of every write. @throws NotLeading */
export type WriteGate = () => void;

/** Where the API server is, and how one may speak to it. */
export interface Connection {
  /** Without a slash at its end: "https://10.96.0.1:443". */
  readonly server: string;
  /** One pool for every request: CA, client certificate and proxy are in it. */
  readonly dispatcher: Dispatcher;
  /** What each request says of who asks. Read before every request, since tokens change. */
  headers(): Promise<Readonly<Record<string, string>>>;
}
