import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Verb } from "./api-call.ts";
import { ApiError, ApiUnreachable } from "./api-error.ts";
import { refusal } from "./api-refusal.ts";
import { secondsBeforeRetry } from "./api-retry.ts";
import type { CallOptions, ClientOptions } from "./client.ts";
import type { Connection } from "./connection.ts";
import { readText } from "./read-text.ts";
import { timeLimit } from "./time-limit.ts";

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
        await this.#options.clock.wait(seconds, signal);
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
