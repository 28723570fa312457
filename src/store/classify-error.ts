import { SpecError, FencedError, SurroundingsError, unresolvedNameIn } from "../model/errors.ts";

/**
 * What to do about an error:
 * lost: the connection is gone, so repeat the work on a new one · again: repeat the work on the same connection ·
 * surroundings: a person has to fix the database or its access · ours: the error is not the database's.
 */
type Failure =
  | Unavailable
  | { readonly kind: "surroundings"; readonly error: SurroundingsError }
  | { readonly kind: "ours" };

export interface Unavailable {
  readonly kind: "lost" | "again";
  readonly problem: string;
  /** Set where the host's name led to no address. */
  readonly unresolved?: UnresolvedName;
}

interface UnresolvedName {
  readonly host: string;
  /** The name server did not answer. Otherwise it answered that there is no such name. */
  readonly isTemporary: boolean;
}

const LOST_STATES: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown, and pg_terminate_backend
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now: starting up, or shutting down
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "53300", // too_many_connections
]);
const LOST_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOENT",
]);
/** Errors of the driver itself have no code. */
const LOST_MESSAGES = /^(Connection terminated|Query read timeout|timeout (expired|exceeded)|Client (has encountered a connection error|was closed)|The server closed|read E|write E)/;
const AGAIN_STATES: ReadonlySet<string> = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "55P03", // lock_not_available: lock_timeout
  "57014", // query_canceled: statement_timeout
]);
/** pgbouncer uses one code (08P01) for what Postgres has several. */
const POOLER_REFUSALS = /no such (database|user)|authentication failed|not allowed|pg_hba/i;

export function failureOf(error: unknown, place: string): Failure {
  if (!(error instanceof Error) || error instanceof SurroundingsError || error instanceof FencedError || error instanceof SpecError) {
    return { kind: "ours" };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const sentence = surroundingsSentence(code, error.message, place);
  if (sentence !== null) return { kind: "surroundings", error: new SurroundingsError(sentence, { cause: error }) };
  const problem = error.message === "" ? code : error.message;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return { kind: "lost", problem, unresolved: { host: unresolvedNameIn(error) ?? "", isTemporary: code === "EAI_AGAIN" } };
  if (LOST_STATES.has(code) || code.startsWith("08") || LOST_CODES.has(code) || LOST_MESSAGES.test(error.message)) return { kind: "lost", problem };
  if (AGAIN_STATES.has(code)) return { kind: "again", problem };
  return { kind: "ours" };
}

/** How long nothing could be done, and why, in one sentence. */
export function unavailableSentence({ problem, unresolved }: Omit<Unavailable, "kind">, place: string, seconds: number): string {
  const waited = `${Math.round(seconds)} s`;
  if (unresolved === undefined) return `The database at ${place} has been unavailable for ${waited}: ${problem}.`;
  if (unresolved.isTemporary) return `The database at ${place} cannot be found: for ${waited} no name server has answered for its host ${unresolved.host} (EAI_AGAIN). This is usually temporary.`;
  return `The database at ${place} cannot be found: the host name ${unresolved.host} does not resolve (ENOTFOUND). Check the database's URL.`;
}

/** Node's codes for a certificate that it does not accept. */
const BAD_CERTIFICATE = /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_.*|CERT_.*|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/;

function surroundingsSentence(code: string, message: string, place: string): string | null {
  const at = `The database at ${place}`;
  if (code === "28P01" || code === "28000") return `${at} refuses the login: ${message}.`;
  if (code === "08P01" && POOLER_REFUSALS.test(message)) return `${at} refuses the login: ${message}.`;
  if (code === "3D000") return `${at} does not exist.`;
  if (code === "53100") return `${at} has no disk space left: ${message}.`;
  if (code === "42501") return `${at} denies access: ${message}.`;
  if (code === "58030") return `${at} cannot read or write its files: ${message}.`;
  if (code === "25006") return `${at} is read-only: a standby, or default_transaction_read_only.`;
  if (BAD_CERTIFICATE.test(code)) return `${at} presents a certificate that is not trusted: ${message.replace(/\.$/, "")}.`;
  if (message === "The server does not support SSL connections") return `${at} does not support TLS, which the connection requires.`;
  if (code === "42P01" || code === "3F000") return `${at} is not set up for this version of sluice: ${message}.`;
  return null;
}
