import { randomUUID } from "node:crypto";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { failureOf } from "./classify-error.ts";
import { connectionTo, placeOf } from "./connection-tls.ts";

/** A row as it comes; each statement knows what its columns are. */
type Row = Record<string, unknown>;

export interface Transaction {
  query<R = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** `sql` is a COPY … FROM STDIN; chunks of about 64 KiB are best. */
  copyIn(sql: string, chunks: Iterable<Buffer>): Promise<void>;
}

export interface Database {
  /** host:port/database, for sentences. */
  readonly place: string;
  /**
   * Runs `fn` in one transaction (read committed) and says what it returned once that is committed. A lost connection,
   * a deadlock and a lock that cannot be had lead to another run, so `fn` must be repeatable; it is never run again once
   * committed: the unknown outcome of a COMMIT is looked up.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** One statement by itself; it may be run twice when the connection is lost. */
  query<R = Row>(sql: string, params?: readonly unknown[], options?: { readonly timeoutSeconds?: number }): Promise<R[]>;
  /** Writes what `sql`, a COPY … TO STDOUT, yields, with back-pressure. Not repeated once bytes have flowed. */
  copyOut(sql: string, out: Writable): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** For each statement, and for the silence between two. */
  readonly timeoutSeconds?: number;
  /** False only for migrations: they are repeatable even when committed, and make the table that records commits. */
  readonly recorded?: boolean;
}

export interface DatabaseSettings {
  readonly url: string;
  /** In PEM: the database is reached by TLS only, and its certificate must be of this CA. */
  readonly ca?: string;
  /** Shown by the server as application_name. */
  readonly name: string;
  /** Connections at the most. */
  readonly max?: number;
  /** How long a piece of work waits for a database that is away. */
  readonly patienceSeconds?: number;
  readonly clock: Pick<Clock, "monotonic" | "sleep">;
}

/** bigint */
const INT8 = 20;
const TIMEOUT_SECONDS = 30;
const LOCK_TIMEOUT_SECONDS = 5;
const CONNECT_TIMEOUT_SECONDS = 10;
/** The server's own timeout should speak first: ours is for a peer that says nothing any more. */
const PEER_TIMEOUT_SECONDS = 5;

/**
 * Opens nothing yet: the first statement does. Works through a pooler in transaction mode: no session state, no startup
 * parameter but application_name, no named statements. Throws SpecError for a URL or a CA that is none. All else that a person
 * has to act on is thrown as SurroundingsError by the statements.
 */
export function openDatabase(settings: DatabaseSettings): Database {
  return new PooledDatabase(settings);
}

/** What is remembered of a connection: its own name in sluice.commits, and how many transactions it has begun. */
interface Numbered {
  readonly connection: string;
  number: number;
}

class PooledDatabase implements Database {
  readonly place: string;
  readonly #pool: pg.Pool;
  readonly #semaphore: Semaphore;
  readonly #settings: DatabaseSettings;
  readonly #numbered = new WeakMap<pg.PoolClient, Numbered>();

  constructor(settings: DatabaseSettings) {
    const max = settings.max ?? 2;
    const connection = connectionTo(settings.url, settings.ca);
    this.place = placeOf(connection.connectionString);
    this.#settings = settings;
    this.#semaphore = new Semaphore(max);
    this.#pool = new pg.Pool({
      ...connection,
      application_name: settings.name,
      max,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_SECONDS * 1000,
      types: { getTypeParser },
    });
    // Without listeners the loss of an idle or a working connection would end the process; the statement tells it anyway.
    this.#pool.on("error", ignore);
    this.#pool.on("connect", (client) => client.on("error", ignore));
  }

  async transaction<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#patiently((patience) => this.#attempt(fn, options, patience));
  }

  async query<R = Row>(sql: string, params: readonly unknown[] = [], options: { readonly timeoutSeconds?: number } = {}): Promise<R[]> {
    return this.#patiently(async () => {
      const client = await this.#pool.connect();
      return usingClient(client, () => ask<R>(client, sql, params, (options.timeoutSeconds ?? TIMEOUT_SECONDS) + PEER_TIMEOUT_SECONDS));
    });
  }

  async copyOut(sql: string, out: Writable): Promise<void> {
    const client = await this.#patiently(() => this.#pool.connect());
    try {
      await pipeline(client.query(copyTo(sql)), out);
      client.release();
    } catch (error) {
      client.release(true);
      const failure = failureOf(error, this.place);
      throw failure.kind === "surroundings" ? failure.error : error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Does `work` until it succeeds, fails for a reason of its own, or patience ends. */
  async #patiently<T>(work: (patience: Patience) => Promise<T>): Promise<T> {
    const patience = new Patience(this.#settings.clock, this.#settings.patienceSeconds ?? 30, this.place);
    for (;;) {
      try {
        return await this.#semaphore.through(() => work(patience));
      } catch (error) {
        const failure = failureOf(error, this.place);
        if (failure.kind === "surroundings") throw failure.error;
        if (failure.kind === "ours") throw error;
        await patience.wait(failure.problem);
      }
    }
  }

  async #attempt<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions, patience: Patience): Promise<T> {
    const timeoutSeconds = options.timeoutSeconds ?? TIMEOUT_SECONDS;
    const peerSeconds = timeoutSeconds + PEER_TIMEOUT_SECONDS;
    const client = await this.#pool.connect();
    const numbered = options.recorded === false ? null : this.#nextNumber(client);
    const reached: { commit?: { readonly value: T } } = {};
    try {
      return await usingClient(client, async () => {
        await ask(client, beginSql(timeoutSeconds, numbered), undefined, peerSeconds);
        const value = await fn(transactionOn(client, peerSeconds));
        reached.commit = { value };
        await commit(client, peerSeconds);
        return value;
      });
    } catch (error) {
      if (!reached.commit || numbered === null || failureOf(error, this.place).kind !== "lost") throw error;
      if (await this.#wasCommitted(numbered, patience)) return reached.commit.value;
      throw error;
    }
  }

  #nextNumber(client: pg.PoolClient): Numbered {
    const before = this.#numbered.get(client) ?? { connection: randomUUID(), number: 0 };
    before.number += 1;
    this.#numbered.set(client, before);
    return { ...before };
  }

  /**
   * Each transaction writes its number into its connection's row. The upsert here waits while that transaction is still
   * under way, and then sees the number only if it was committed. (Its xid would not do: after a crash of the server an
   * xid whose record was not flushed is given out again, and pg_xact_status would tell the outcome of a stranger.)
   */
  async #wasCommitted(numbered: Numbered, patience: Patience): Promise<boolean> {
    for (;;) {
      try {
        const client = await this.#pool.connect();
        const rows = await usingClient(client, () =>
          ask<{ number: number }>(
            client,
            `insert into sluice.commits (connection, number) values ($1, -1)
             on conflict (connection) do update set at = now() returning number`,
            [numbered.connection],
            TIMEOUT_SECONDS,
          ),
        );
        return rows[0]!.number === numbered.number;
      } catch (error) {
        const failure = failureOf(error, this.place);
        if (failure.kind !== "lost" && failure.kind !== "again") throw error;
        await patience.wait(`${failure.problem} (whether the last transaction was committed is not known)`);
      }
    }
  }
}

function beginSql(timeoutSeconds: number, numbered: Numbered | null): string {
  const milliseconds = Math.ceil(timeoutSeconds * 1000);
  const record =
    numbered === null
      ? ""
      : `; insert into sluice.commits (connection, number) values ('${numbered.connection}', ${numbered.number})
         on conflict (connection) do update set number = excluded.number, at = now()`;
  return `begin; set local lock_timeout = ${LOCK_TIMEOUT_SECONDS * 1000}; set local statement_timeout = ${milliseconds};
    set local idle_in_transaction_session_timeout = ${milliseconds}${record}`;
}

async function commit(client: pg.PoolClient, peerSeconds: number): Promise<void> {
  const result = await client.query({ text: "commit", query_timeout: peerSeconds * 1000 } as pg.QueryConfig);
  // A COMMIT after an error that somebody swallowed is answered with a quiet ROLLBACK.
  if (result.command !== "COMMIT") throw new Error("a transaction that had failed was committed");
}

function transactionOn(client: pg.PoolClient, peerSeconds: number): Transaction {
  return {
    query: <R = Row>(sql: string, params: readonly unknown[] = []) => ask<R>(client, sql, params, peerSeconds),
    async copyIn(sql, chunks) {
      // The driver reads query_timeout from the query object itself; without it a silent peer would be waited for for ever.
      const sink = Object.assign(copyFrom(sql), { query_timeout: peerSeconds * 1000 });
      await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), client.query(sink));
    },
  };
}

async function ask<R>(client: pg.PoolClient, text: string, params: readonly unknown[] | undefined, seconds: number): Promise<R[]> {
  const config = { text, ...(params === undefined ? {} : { values: [...params] }), query_timeout: seconds * 1000 };
  const result = await client.query(config as pg.QueryConfig);
  return result.rows as R[];
}

/** Gives the connection back, rolled back where it failed, or ends it where it cannot be trusted any more. */
async function usingClient<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  try {
    const value = await work();
    client.release();
    return value;
  } catch (error) {
    const answered = error instanceof pg.DatabaseError && error.severity !== "FATAL";
    const broken = error instanceof Error && failureOf(error, "").kind === "lost";
    const clean = !broken && (answered || !(error instanceof Error && "code" in error)) && (await rolledBack(client));
    client.release(!clean);
    throw error;
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query({ text: "rollback", query_timeout: PEER_TIMEOUT_SECONDS * 1000 } as pg.QueryConfig);
    return true;
  } catch {
    return false;
  }
}

/** 64-bit counts are numbers here: none of ours passes 2^53. */
function getTypeParser(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === INT8 && format !== "binary") return Number;
  const parserOf: (oid: number, format?: "text" | "binary") => unknown = pg.types.getTypeParser;
  return parserOf(oid, format) as (text: string) => unknown;
}

function ignore(): void {
  // told by the statement that was under way, or by the next
}

/**
 * Lets `places` in at once, the others in the order in which they came. It stands before the pool, whose own queue
 * cannot tell "all connections are busy" from "the server does not answer".
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

const FIRST_WAIT_SECONDS = 0.05;
const LONGEST_WAIT_SECONDS = 2;

/** How long one piece of work puts up with a database that is away: from its first failure on, with back-off. */
export class Patience {
  readonly #clock: Pick<Clock, "monotonic" | "sleep">;
  readonly #seconds: number;
  readonly #place: string;
  #since: number | null = null;
  #next = FIRST_WAIT_SECONDS;

  constructor(clock: Pick<Clock, "monotonic" | "sleep">, seconds: number, place: string) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#place = place;
  }

  /** Waits a little; throws SurroundingsError when it has lasted too long. */
  async wait(problem: string): Promise<void> {
    this.#since ??= this.#clock.monotonic();
    const waited = (this.#clock.monotonic() - this.#since) / 1000;
    if (waited >= this.#seconds) {
      throw new SurroundingsError(`The database at ${this.#place} could not do its work for ${Math.round(waited)} s: ${problem}.`);
    }
    await this.#clock.sleep(Math.min(this.#next, this.#seconds - waited) * 1000);
    this.#next = Math.min(this.#next * 2, LONGEST_WAIT_SECONDS);
  }
}
