import pg from "pg";
import { SpecError } from "../model/errors.ts";

const EXPECTED = "expected postgres://user:password@host:port/database";

/** Where a database is, in words that may be shown: never the password. Throws SpecError for what is no database URL. */
export function placeOf(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new SpecError(`The database URL does not begin with postgres://: ${EXPECTED}.`);
  try {
    const { host, port, database } = new pg.Client({ connectionString: url });
    const name = database ?? "";
    return host.startsWith("/") ? `${host}/${name}` : `${host.includes(":") ? `[${host}]` : host}:${port}/${name}`;
  } catch (error) {
    if (isUnreadableFile(error)) throw new SpecError(`A file that the database URL names for TLS cannot be read: ${error.message}.`);
    // The parser's own sentence may quote the URL, and with it the password.
    throw new SpecError(`The database URL cannot be read: ${EXPECTED}.`);
  }
}

function isUnreadableFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && error.syscall === "open";
}
