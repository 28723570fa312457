import pg from "pg";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { connectionTo, placeOf } from "./connection-tls.ts";

export interface ReadColumn {
  readonly name: string;
  /** Postgres' number of the type. */
  readonly type: number;
}

/** Cells as Postgres writes them, times in UTC; null is null. */
export interface ReadPage {
  readonly columns: readonly ReadColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface ReadOptions {
  readonly url: string;
  /** Ends the statement on the server too. */
  readonly signal: AbortSignal;
  readonly pageRows?: number;
}

const PAGE_ROWS = 1000;
const CONNECT_TIMEOUT_SECONDS = 10;

/**
 * What one statement of anybody's yields, page by page, at least one; in a transaction that can write nothing. Through the extended
 * protocol, which takes one statement and no more, so that none can end the transaction and go on without it.
 *
 * @throws SpecError with one line and the place where the statement is wrong, SurroundingsError where the database is
 */
export async function* readQuery(sql: string, { url, signal, pageRows = PAGE_ROWS }: ReadOptions): AsyncGenerator<ReadPage> {
  signal.throwIfAborted();
  const client = new pg.Client({ ...connection(url), types: { getTypeParser: () => String } });
  // The statement under way tells it.
  client.on("error", () => undefined);
  const cancel = new AbortController();
  try {
    await client.connect();
    await client.query("begin read only; set local timezone = 'UTC'; set local datestyle = 'ISO'");
    const pid = Number(((await client.query({ text: "select pg_backend_pid()", rowMode: "array" })).rows as string[][])[0]![0]);
    signal.addEventListener("abort", () => void cancelStatement(url, pid), { signal: cancel.signal });
    yield* canBePaged(sql) ? readPaged(client, sql, pageRows) : readWhole(client, sql);
    await client.query("rollback");
  } catch (error) {
    throw signal.aborted ? (signal.reason as Error) : explain(error, sql, url);
  } finally {
    cancel.abort();
    await client.end().catch(() => undefined);
  }
}

const CURSOR = "declare sluice_rows no scroll cursor for ";

async function* readPaged(client: pg.Client, sql: string, pageRows: number): AsyncGenerator<ReadPage> {
  await execute(client, CURSOR + sql);
  for (let isFirst = true; ; isFirst = false) {
    const page = await execute(client, `fetch ${pageRows} from sluice_rows`);
    if (isFirst || page.rows.length > 0) yield page;
    if (page.rows.length < pageRows) return;
  }
}

/** Without a cursor: what a cursor cannot be for, such as EXPLAIN, and what is refused. */
async function* readWhole(client: pg.Client, sql: string): AsyncGenerator<ReadPage> {
  const page = await execute(client, sql);
  if (page.columns.length === 0) throw new SpecError("This statement yields no rows: ask with select, values, table, with, explain or show.");
  yield page;
}

function canBePaged(sql: string): boolean {
  const first = /^(?:\s+|--[^\n]*\n?|\/\*[^]*?\*\/|\()*([a-z]*)/i.exec(sql)?.[1] ?? "";
  return ["select", "values", "table", "with"].includes(first.toLowerCase());
}

async function execute(client: pg.Client, text: string): Promise<ReadPage> {
  // queryMode is left out in the driver's types.
  const config = { text, rowMode: "array", queryMode: "extended" } as pg.QueryArrayConfig;
  const { fields, rows } = await client.query<(string | null)[]>(config);
  return { columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })), rows };
}

async function cancelStatement(url: string, pid: number): Promise<void> {
  const other = new pg.Client(connection(url));
  other.on("error", () => undefined);
  try {
    await other.connect();
    await other.query("select pg_cancel_backend($1)", [pid]);
  } catch {
    // Then it ends when the server notices that nobody listens.
  } finally {
    await other.end().catch(() => undefined);
  }
}

function connection(url: string): pg.ClientConfig {
  return { ...connectionTo(url, undefined), application_name: "sluice sql", connectionTimeoutMillis: CONNECT_TIMEOUT_SECONDS * 1000 };
}

/** Classes of SQLSTATE that are not about the statement: connections, resources, an operator's intervention, the system, a bug. */
const NOT_THE_STATEMENT = /^(?:08|53|57|58|XX)/;
const CANCELLED = "57014";
const NOT_PERMITTED = "42501";

function explain(error: unknown, sql: string, url: string): unknown {
  if (!(error instanceof Error) || error instanceof SpecError) return error;
  const place = placeOf(connectionTo(url, undefined).connectionString);
  if (error instanceof pg.DatabaseError && error.code === NOT_PERMITTED) return new SurroundingsError(`The database at ${place} does not permit it: ${error.message}.`);
  if (error instanceof pg.DatabaseError && (error.code === CANCELLED || !NOT_THE_STATEMENT.test(error.code ?? ""))) {
    return new SpecError(`The query is wrong${placeIn(sql, Number(error.position))}: ${oneSentence(error)}`);
  }
  return new SurroundingsError(`The database at ${place} could not answer: ${error.message}.`);
}

function oneSentence({ message, hint }: pg.DatabaseError): string {
  return [message, ...(hint === undefined ? [] : [hint])].join("; ").replaceAll(/\s+/g, " ");
}

/** `position` counts characters from 1, with what stands before the query where it has a cursor. */
function placeIn(sql: string, position: number): string {
  const at = canBePaged(sql) ? position - CURSOR.length : position;
  if (!(at >= 1)) return "";
  const before = Array.from(sql).slice(0, at - 1).join("").split("\n");
  return ` at line ${before.length}, column ${Array.from(before.at(-1)!).length + 1}`;
}
