import { randomUUID } from "node:crypto";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { failureOf, unavailableSentence, type Unavailable } from "./classify-error.ts";
import { connectionTo, placeOf } from "./connection-tls.ts";

/** A row as the driver returns it; each statement knows its columns. */
type Row = Record<string, unknown>;

export interface Transaction {
  query<R = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** `sql` is a COPY … FROM STDIN; chunks of about 64 KiB are best. */
  copyIn(sql: string, chunks: Iterable<Buffer>): Promise<void>;
}

export interface Database {
  /** host:port/database, for messages. */
  readonly place: string;
  /**
   * Runs `fn` in one transaction (read committed), commits, and returns what `fn` returned. `fn` must be repeatable: it
   * runs again after a lost connection, a deadlock or a lock timeout. It never runs again once it is committed: if the
   * outcome of a COMMIT is unknown, it is looked up.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** One statement by itself. It may run twice if the connection is lost. After `timeoutSeconds` (35) without an answer it counts as lost, though the server may go on with it. */
  query<R = Row>(sql: string, params?: readonly unknown[], options?: { readonly timeoutSeconds?: number }): Promise<R[]>;
  /** Writes the output of `sql`, a COPY … TO STDOUT, with back-pressure. It is not repeated once bytes have flowed. */
  copyOut(sql: string, out: Writable): Promise<void>;
  /** Null while it answers. */
  readonly outage: Outage | null;
  close(): Promise<void>;
}

/** A database that is away. */
interface Outage {
  /** For how long it has not answered. */
  readonly seconds: number;
  /** What the last try met, as the driver or Node says it. */
  readonly problem: string;
}

interface TransactionOptions {
  /** For each statement, and for the time between two. */
  readonly timeoutSeconds?: number;
  /** False for migrations, which create the table that records commits and can be repeated after a commit, and for transactions that only read. */
  readonly recorded?: boolean;
}

export interface DatabaseSettings {
  readonly url: string;
  /** In PEM: only TLS is used, and this CA must have signed the server's certificate. */
  readonly ca?: string;
  /** The application_name. */
  readonly name: string;
  /** The largest number of connections. */
  readonly max?: number;
  /** How long a piece of work waits for an unavailable database. */
  readonly patienceSeconds?: number;
  readonly clock: Pick<Clock, "monotonic" | "sleep">;
}

/** bigint */
const INT8 = 20;
const TIMEOUT_SECONDS = 30;
const LOCK_TIMEOUT_SECONDS = 5;
const CONNECT_TIMEOUT_SECONDS = 10;
/** Added to the server's own timeout, which should fire first: this one is for a peer that has gone silent. */
const PEER_TIMEOUT_SECONDS = 5;

/**
 * Connects at the first statement, not here. Works through a pooler in transaction mode: no session state, no startup
 * parameter but application_name, no named statements. Statements throw SurroundingsError for whatever a person has to fix.
 * @throws SpecError for an invalid URL or CA
 */
export function openDatabase(settings: DatabaseSettings): Database {
  return new PooledDatabase(settings);
}

/** What is known of a connection: its name in sluice.commits, and how many transactions it has started. */
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
  #hasAnswered = false;
  /** Since when it has not answered, in milliseconds of `monotonic`. */
  #away: { readonly since: number; readonly problem: string } | null = null;

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
    // Without listeners, the loss of a connection would end the process. The statement reports it anyway.
    this.#pool.on("error", ignore);
    this.#pool.on("connect", (client) => client.on("error", ignore));
  }

  async transaction<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#patiently((patience) => this.#attempt(fn, options, patience));
  }

  async query<R = Row>(sql: string, params: readonly unknown[] = [], options: { readonly timeoutSeconds?: number } = {}): Promise<R[]> {
    return this.#patiently(async () => {
      const client = await this.#pool.connect();
      return usingClient(client, () => ask<R>(client, sql, params, options.timeoutSeconds ?? TIMEOUT_SECONDS + PEER_TIMEOUT_SECONDS));
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

  get outage(): Outage | null {
    return this.#away === null ? null : { seconds: (this.#settings.clock.monotonic() - this.#away.since) / 1000, problem: this.#away.problem };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Repeats `work` until it succeeds, fails for a reason that is not the database's, or patience runs out. */
  async #patiently<T>(work: (patience: Patience) => Promise<T>): Promise<T> {
    const patience = new Patience(this.#settings.clock, this.#settings.patienceSeconds ?? 30, this.place);
    for (;;) {
      try {
        const value = await this.#semaphore.through(() => work(patience));
        this.#answered();
        return value;
      } catch (error) {
        const failure = failureOf(error, this.place);
        if (failure.kind === "lost") this.#away = { since: this.#away?.since ?? this.#settings.clock.monotonic(), problem: failure.problem };
        else this.#answered();
        if (failure.kind === "surroundings") throw failure.error;
        if (failure.kind === "ours") throw error;
        await patience.wait(failure, error, this.#hasAnswered);
      }
    }
  }

  #answered(): void {
    this.#hasAnswered = true;
    this.#away = null;
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
   * in progress, and then sees the number only if it was committed. (The xid would not do: after a crash the server reuses
   * an xid whose record was not flushed, and pg_xact_status would report the outcome of another transaction.)
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
        await patience.wait({ problem: `${failure.problem} (it is unknown whether the last transaction was committed)` }, error);
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
  // Postgres answers a COMMIT after a swallowed error with a silent ROLLBACK.
  if (result.command !== "COMMIT") throw new Error("a failed transaction was committed: an error within it was swallowed");
}

function transactionOn(client: pg.PoolClient, peerSeconds: number): Transaction {
  return {
    query: <R = Row>(sql: string, params: readonly unknown[] = []) => ask<R>(client, sql, params, peerSeconds),
    async copyIn(sql, chunks) {
      // The driver reads query_timeout from the query object itself. Without it, a silent peer would block for ever.
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

/** Returns the connection to the pool, after a rollback if the work failed, or closes it if it cannot be trusted any more. */
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

/** 64-bit counts become numbers: none of ours exceeds 2^53. */
function getTypeParser(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === INT8 && format !== "binary") return Number;
  const parserOf: (oid: number, format?: "text" | "binary") => unknown = pg.types.getTypeParser;
  return parserOf(oid, format) as (text: string) => unknown;
}

function ignore(): void {
  // The statement in progress reports it, or the next one.
}

/**
 * Lets `places` callers in at once and the others in order of arrival. It guards the pool, whose own queue cannot tell
 * "all connections are busy" from "the server does not answer".
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

/** A name that has never resolved is a mistake in the URL more often than an outage. */
const UNRESOLVED_SECONDS = 3;

/** How long one piece of work waits for an unavailable database, counted from its first failure, with back-off. */
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

  /**
   * Waits before the next try. @throws SurroundingsError, with `cause`, once patience has run out
   * @param hasAnswered the database has been reached before, so the name of its host is right
   */
  async wait(failure: Omit<Unavailable, "kind">, cause: unknown, hasAnswered = true): Promise<void> {
    this.#since ??= this.#clock.monotonic();
    const waited = (this.#clock.monotonic() - this.#since) / 1000;
    const most = failure.unresolved !== undefined && !hasAnswered ? Math.min(this.#seconds, UNRESOLVED_SECONDS) : this.#seconds;
    if (waited >= most) throw new SurroundingsError(unavailableSentence(failure, this.#place, waited), { cause });
    await this.#clock.sleep(Math.min(this.#next, most - waited) * 1000);
    this.#next = Math.min(this.#next * 2, LONGEST_WAIT_SECONDS);
  }
}
