import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { SpecError } from "../model/errors.ts";

/** What the driver is given: without `ssl` it goes by the URL. */
export interface Connection {
  readonly connectionString: string;
  readonly ssl?: ConnectionOptions;
}

/** What a URL says of TLS, in parameters that the driver would put over what it is told beside it. */
const TLS_PARAMETERS = ["sslmode", "ssl", "sslrootcert", "uselibpqcompat"];

/** Libpq's, and the driver's own for a certificate that nobody signed. */
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"];

/** As libpq has it: the certificate must be the CA's, but may be another name's. */
const WITHOUT_NAME = ["verify-ca", "require", "prefer", "allow"];

/**
 * A database's URL together with its CA, in PEM: then it is reached by TLS only, and its certificate must be of that CA, and be its own
 * unless `sslmode` asks for less. CloudNativePG's URIs say nothing of TLS; without a CA the URL alone decides.
 * @throws SpecError for a CA that is none, a URL that forbids TLS, or an unknown sslmode
 */
export function connectionTo(url: string, ca: string | undefined): Connection {
  const [place = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  refuseUnknownMode(parameters.getAll("sslmode"));
  if (ca === undefined) return { connectionString: parameters.get("uselibpqcompat") === "true" ? url : withoutAliases(url) };
  if (!ca.includes("-----BEGIN CERTIFICATE-----")) throw new SpecError("The CA of the database is no certificate: expected PEM, -----BEGIN CERTIFICATE-----.");
  const mode = parameters.get("sslmode") ?? "verify-full";
  if (mode === "disable" || mode === "no-verify") throw new SpecError(`The database URL says sslmode=${mode}, but a CA to verify it is given: one of them is wrong.`);
  for (const name of TLS_PARAMETERS) parameters.delete(name);
  const rest = parameters.toString();
  const ssl = { ca, ...(WITHOUT_NAME.includes(mode) ? { checkServerIdentity: () => undefined } : {}) };
  return { connectionString: rest === "" ? place : `${place}?${rest}`, ssl };
}

/** The driver takes these for verify-full, and says so at length on standard error, between the lines of a log. */
function withoutAliases(url: string): string {
  return url.replaceAll(/(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, "verify-full");
}

/** The driver takes any other for verify-full, and what is said then is about a certificate. */
function refuseUnknownMode(modes: readonly string[]): void {
  // Not shown: it may be a password that stands in the wrong place.
  if (modes.some((mode) => !MODES.includes(mode))) throw new SpecError(`The database URL's sslmode is none of ${MODES.join(", ")}.`);
}

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
