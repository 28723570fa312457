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
 * protocol, which accepts a single statement, so that the text cannot end the transaction and go on outside it. Of a login that
 * may do more than write tables, such as run programs on the server, the statement gets no rights but those of sluice_reader.
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
    if (await isBound(client, url)) yield* canBePaged(sql) ? readPaged(client, sql, pageRows) : readWhole(client, sql);
    else yield* readAsReader(client, sql, pageRows);
    await client.query("rollback");
  } catch (error) {
    throw signal.aborted ? (signal.reason as Error) : explain(error, sql, url);
  } finally {
    cancel.abort();
    await client.end().catch(() => undefined);
  }
}

/**
 * Whether the read-only transaction holds the login back: it is no superuser, and no member of a role that reaches the server's files or programs.
 * @throws SurroundingsError if it is not held back, and there is no sluice_reader to take the place of its rights
 */
async function isBound(client: pg.Client, url: string): Promise<boolean> {
  const { rows } = await client.query({
    text: `select quote_ident(session_user),
        exists (select from pg_roles where (rolsuper or rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')) and pg_has_role(session_user, oid, 'member')),
        exists (select from pg_proc p join pg_namespace n on n.oid = pronamespace join pg_roles owner on owner.oid = proowner
          where nspname = 'sluice' and proname = 'open_rows' and prosecdef and has_function_privilege(p.oid, 'execute') and not rolsuper and not rolreplication and not exists (select from pg_auth_members where member = owner.oid))`,
    rowMode: "array",
  });
  const [user, isMighty, hasReader] = (rows as string[][])[0]!;
  if (isMighty !== "t") return true;
  if (hasReader === "t") return false;
  throw new SurroundingsError(
    `The login ${user!} of the database at ${placeOf(connectionTo(url, undefined).connectionString)} may do more than read, and the database has no role sluice_reader for queries: ` +
      "use a login without such rights, or run a sweep once as a superuser, which makes the role.",
  );
}

/** The portal is opened and read within functions that belong to sluice_reader: see the migration. */
async function* readAsReader(client: pg.Client, sql: string, pageRows: number): AsyncGenerator<ReadPage> {
  await client.query({ text: "select sluice.open_rows($1)", values: [sql] });
  const { columns } = await execute(client, "fetch 0 from sluice_rows");
  if (columns.length === 0) throw new SpecError(ONLY_READS);
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await client.query<[string]>({ text: "select * from sluice.fetch_rows($1)", values: [pageRows], rowMode: "array" });
    if (isFirst || rows.length > 0) yield { columns, rows: rows.map(([text]) => recordCells(text)) };
    if (rows.length < pageRows) return;
  }
}

/**
 * The cells of a record as Postgres writes it: in brackets, with commas between. Nothing at all is null. A cell in quotes may hold commas and
 * brackets; quotes and backslashes within are doubled.
 */
function recordCells(text: string): (string | null)[] {
  return Array.from(`,${text.slice(1, -1)}`.matchAll(/,(?:"((?:[^"\\]|""|\\\\)*)"|([^,"]*))/g), ([, quoted, plain]) => {
    if (quoted !== undefined) return quoted.replaceAll(/(["\\])\1/g, "$1");
    return plain === "" ? null : plain!;
  });
}

const ONLY_READS = "Only one statement that returns rows is run: use select, values, table, with, explain or show.";

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
  if (page.columns.length === 0) throw new SpecError(ONLY_READS);
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
/** invalid_cursor_definition: the statement returns no rows, or is more than one. */
const NO_CURSOR = "42P11";

function explain(error: unknown, sql: string, url: string): unknown {
  if (!(error instanceof Error) || error instanceof SpecError || error instanceof SurroundingsError) return error;
  const place = placeOf(connectionTo(url, undefined).connectionString);
  if (error instanceof pg.DatabaseError && error.code === NOT_PERMITTED) return new SurroundingsError(`The database at ${place} denies access: ${error.message}.`, { cause: error });
  if (error instanceof pg.DatabaseError && error.code === NO_CURSOR) return new SpecError(ONLY_READS, { cause: error });
  if (error instanceof pg.DatabaseError && (error.code === CANCELLED || !NOT_THE_STATEMENT.test(error.code ?? ""))) {
    return new SpecError(`The query is wrong${placeIn(sql, positionIn(sql, error))}: ${oneSentence(error)}`, { cause: error });
  }
  return new SurroundingsError(`The database at ${place} could not answer: ${error.message}.`, { cause: error });
}

function oneSentence({ message, hint }: pg.DatabaseError): string {
  return [message, ...(hint === undefined ? [] : [hint])].join("; ").replaceAll(/\s+/g, " ");
}

/** In characters from 1: within a function Postgres gives it apart, else it includes the cursor's text before the query if there is one. */
function positionIn(sql: string, { position, internalPosition, internalQuery }: pg.DatabaseError): number {
  if (internalQuery !== undefined) return internalQuery === sql ? Number(internalPosition) : NaN;
  return Number(position) - (canBePaged(sql) ? CURSOR.length : 0);
}

function placeIn(sql: string, at: number): string {
  if (!(at >= 1)) return "";
  const before = Array.from(sql).slice(0, at - 1).join("").split("\n");
  return ` at line ${before.length}, column ${Array.from(before.at(-1)!).length + 1}`;
}
