import pg from "pg";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { connectionTo, placeOf } from "./connection-tls.ts";

export interface ReadColumn {
  readonly name: string;
  /** The type's OID. */
  readonly type: number;
}

/** Cells in Postgres' text form, times in UTC; null for NULL. */
export interface ReadPage {
  readonly columns: readonly ReadColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface ReadOptions {
  readonly url: string;
  /** Cancels the statement on the server too. */
  readonly signal: AbortSignal;
  readonly pageRows?: number;
}

const PAGE_ROWS = 1000;
const CONNECT_TIMEOUT_SECONDS = 10;

/**
 * Runs a user's statement in a read-only transaction and yields its rows in pages, at least one. It uses the extended
 * protocol, which accepts a single statement, so that the text cannot end the transaction and go on outside it.
 *
 * @throws SpecError with one line and the position if the statement is wrong, SurroundingsError if the database is to blame
 */
export async function* readQuery(sql: string, { url, signal, pageRows = PAGE_ROWS }: ReadOptions): AsyncGenerator<ReadPage> {
  signal.throwIfAborted();
  const client = new pg.Client({ ...connection(url), types: { getTypeParser: () => String } });
  // The statement in progress reports it.
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

/** For statements that cannot have a cursor, such as EXPLAIN, and for those that are refused. */
async function* readWhole(client: pg.Client, sql: string): AsyncGenerator<ReadPage> {
  const page = await execute(client, sql);
  if (page.columns.length === 0) throw new SpecError("This statement returns no rows: use select, values, table, with, explain or show.");
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
    // Then the statement ends when the server notices that the connection is closed.
  } finally {
    await other.end().catch(() => undefined);
  }
}

function connection(url: string): pg.ClientConfig {
  return { ...connectionTo(url, undefined), application_name: "sluice sql", connectionTimeoutMillis: CONNECT_TIMEOUT_SECONDS * 1000 };
}

/** Classes of SQLSTATE that do not blame the statement: connections, resources, operator intervention, system errors, bugs. */
const NOT_THE_STATEMENT = /^(?:08|53|57|58|XX)/;
const CANCELLED = "57014";
const NOT_PERMITTED = "42501";

function explain(error: unknown, sql: string, url: string): unknown {
  if (!(error instanceof Error) || error instanceof SpecError) return error;
  const place = placeOf(connectionTo(url, undefined).connectionString);
  if (error instanceof pg.DatabaseError && error.code === NOT_PERMITTED) return new SurroundingsError(`The database at ${place} denies access: ${error.message}.`, { cause: error });
  if (error instanceof pg.DatabaseError && (error.code === CANCELLED || !NOT_THE_STATEMENT.test(error.code ?? ""))) {
    return new SpecError(`The query is wrong${placeIn(sql, Number(error.position))}: ${oneSentence(error)}`, { cause: error });
  }
  return new SurroundingsError(`The database at ${place} could not answer: ${error.message}.`, { cause: error });
}

function oneSentence({ message, hint }: pg.DatabaseError): string {
  return [message, ...(hint === undefined ? [] : [hint])].join("; ").replaceAll(/\s+/g, " ");
}

/** `position` counts characters from 1, and includes the cursor's text before the query if there is one. */
function placeIn(sql: string, position: number): string {
  const at = canBePaged(sql) ? position - CURSOR.length : position;
  if (!(at >= 1)) return "";
  const before = Array.from(sql).slice(0, at - 1).join("").split("\n");
  return ` at line ${before.length}, column ${Array.from(before.at(-1)!).length + 1}`;
}
