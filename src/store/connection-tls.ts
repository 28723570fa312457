import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { SpecError } from "../model/errors.ts";

/** For the driver; without `ssl`, the URL alone decides about TLS. */
interface Connection {
  readonly connectionString: string;
  readonly ssl?: ConnectionOptions;
}

/** A URL's parameters for TLS. The driver would prefer them to its `ssl` option. */
const TLS_PARAMETERS = ["sslmode", "ssl", "sslrootcert", "uselibpqcompat"];

/** libpq's, and the driver's own `no-verify`. */
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"];

/** As in libpq: the CA must have signed the certificate, but its name is not checked. */
const WITHOUT_NAME = ["verify-ca", "require", "prefer", "allow"];

/**
 * The connection for a database's URL and, optionally, its CA in PEM. With a CA only TLS is used: the CA must have signed the
 * server's certificate, and the name in it must match unless `sslmode` asks for less. (CloudNativePG's URIs do not mention TLS.)
 * @throws SpecError for a CA that is not a certificate, a URL that forbids TLS beside a CA, or an unknown sslmode
 */
export function connectionTo(url: string, ca: string | undefined): Connection {
  const [place = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  refuseUnknownMode(parameters.getAll("sslmode"));
  if (ca === undefined) return { connectionString: parameters.get("uselibpqcompat") === "true" ? url : withoutAliases(url) };
  if (!ca.includes("-----BEGIN CERTIFICATE-----")) throw new SpecError("The CA of the database is not a certificate: expected PEM, starting with -----BEGIN CERTIFICATE-----.");
  const mode = parameters.get("sslmode") ?? "verify-full";
  if (mode === "disable" || mode === "no-verify") throw new SpecError(`The database URL says sslmode=${mode}, but a CA is set to verify the server with: remove one of the two.`);
  for (const name of TLS_PARAMETERS) parameters.delete(name);
  const rest = parameters.toString();
  const ssl = { ca, ...(WITHOUT_NAME.includes(mode) ? { checkServerIdentity: () => undefined } : {}) };
  return { connectionString: rest === "" ? place : `${place}?${rest}`, ssl };
}

/** The driver treats these as verify-full and prints a long warning about it on standard error, among the lines of a log. */
function withoutAliases(url: string): string {
  return url.replaceAll(/(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, "verify-full");
}

/** The driver treats an unknown mode as verify-full, and its error would then be about a certificate. */
function refuseUnknownMode(modes: readonly string[]): void {
  // The value is not shown: it may be a password in the wrong place.
  if (modes.some((mode) => !MODES.includes(mode))) throw new SpecError(`The database URL has an unknown sslmode; use one of ${MODES.join(", ")}.`);
}

const EXPECTED = "expected postgres://user:password@host:port/database";

/** A database's host, port and name, for messages: never the password. @throws SpecError for a text that is not a database URL */
export function placeOf(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new SpecError(`The database URL does not start with postgres://: ${EXPECTED}.`);
  try {
    const { host, port, database } = new pg.Client({ connectionString: url });
    const name = database ?? "";
    return host.startsWith("/") ? `${host}/${name}` : `${host.includes(":") ? `[${host}]` : host}:${port}/${name}`;
  } catch (error) {
    if (isUnreadableFile(error)) throw new SpecError(`A file that the database URL names for TLS cannot be read: ${error.message}.`, { cause: error });
    // No cause: the parser's own message may quote the URL, and with it the password.
    throw new SpecError(`The database URL is not valid: ${EXPECTED}.`);
  }
}

function isUnreadableFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && error.syscall === "open";
}
