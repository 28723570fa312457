import { withSecrets } from "../batch/target-client.ts";
import { openClient } from "../fetch/client.ts";
import { fillUrl } from "../fetch/url.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { readSchema } from "../store/migrate.ts";
import { checkClock } from "../store/server.ts";
import type { PrepareDeps } from "./deps.ts";
import { listUrl } from "./target-list.ts";

/** The result of one check. `kubectl sluice check` reads it as JSON, perhaps in another version: keep its fields. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** A sentence. */
  readonly said: string;
}

/**
 * Checks what prepare and the batches would use: the database, the rights in it, and the host. Writes nothing. Sends one request to
 * the host, beside its slots, and reads a few KiB of the answer at most.
 */
export async function* runCheck(spec: ResolvedSpec, deps: PrepareDeps): AsyncGenerator<Finding, void, undefined> {
  yield await finding("database", () => checkDatabase(deps));
  yield await finding("host", () => checkHost(spec, deps));
}

async function finding(check: string, run: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, said: await run() };
  } catch (error) {
    if (!(error instanceof SurroundingsError) && !(error instanceof SpecError)) throw error;
    return { check, ok: false, said: error.message };
  }
}

async function checkDatabase({ db, program, clock }: PrepareDeps): Promise<string> {
  const { server, migrations, known } = await readSchema(db, program);
  await checkClock(db, db.place, clock);
  return `PostgreSQL ${server} at ${db.place}; ${schemaText(migrations, known)}`;
}

function schemaText(migrations: number | null, known: number): string {
  if (migrations === null) return "the first sweep creates the schema";
  return migrations < known ? `the schema is at step ${migrations} of ${known}: the next sweep migrates it` : `the schema is at step ${migrations}`;
}

async function checkHost(spec: ResolvedSpec, { environment, signal }: PrepareDeps): Promise<string> {
  const url = checkedUrl(spec);
  const { headersSeconds } = spec.request.timeouts;
  await using client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
  using limit = linkSignals(signal, AbortSignal.timeout(headersSeconds * 1000));
  // No sink: the first KiB are enough to see that there is an answer.
  const reply = await client.get(url, { sinkFor: () => null, signal: limit.signal, onWire: () => undefined }).catch((error: unknown) => {
    if (signal.aborted || !limit.signal.aborted) throw error;
    throw new SurroundingsError(`${url.host} did not answer within ${headersSeconds} s.`, { cause: error });
  });
  if (reply.kind === "broken") throw new SurroundingsError(`${url.host}: ${reply.detail}.`);
  if (reply.status !== 200) throw new SurroundingsError(refusalText(url.host, reply.status, reply.kind === "declined" ? reply.reason : ""));
  return `${url.host} answers`;
}

function refusalText(host: string, status: number, reason: string): string {
  return `${host} answers HTTP ${status}${reason === "" ? "" : `: ${reason}`}.`;
}

/** The URL of the list, or, for a list from elsewhere, of the first target that is known. */
function checkedUrl(spec: ResolvedSpec): URL {
  const { targets: { from }, canaries, window, request } = spec;
  if (from.kind === "http") return listUrl(from, spec);
  const target = canaries.targets[0] ?? (from.kind === "list" ? from.list[0] : undefined) ?? "";
  return fillUrl(request.url, { target, window, timeFormat: request.timeFormat });
}
