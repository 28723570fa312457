import { withSecrets } from "../batch/target-client.ts";
import { openClient } from "../fetch/client.ts";
import { fillUrl } from "../fetch/url.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { readSchema } from "../store/migrate.ts";
import type { PrepareDeps } from "./deps.ts";

/** One thing that was looked at, and how it is: a sentence. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly said: string;
}

/**
 * What prepare and the batches would meet: the database, what one may do in it, and the host. Writes nothing. One request goes to the
 * host, beside its slots, and of the answer at most a few KiB are read.
 */
export async function* runCheck(spec: ResolvedSpec, around: PrepareDeps): AsyncGenerator<Finding, void, undefined> {
  yield await finding("database", () => checkDatabase(around));
  yield await finding("host", () => checkHost(spec, around));
}

async function finding(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, said: await look() };
  } catch (error) {
    if (!(error instanceof SurroundingsError) && !(error instanceof SpecError)) throw error;
    return { check, ok: false, said: error.message };
  }
}

async function checkDatabase({ db, program }: PrepareDeps): Promise<string> {
  const { server, migrations, known } = await readSchema(db, program);
  const schema = migrations === null ? "the first sweep makes its schema" : migrations < known ? `its schema is at step ${migrations} of ${known}: the next sweep brings it up to date` : `its schema is at step ${migrations}`;
  return `PostgreSQL ${server} at ${db.place}; ${schema}`;
}

async function checkHost(spec: ResolvedSpec, { environment, signal }: PrepareDeps): Promise<string> {
  const url = urlOf(spec);
  const client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
  try {
    using limit = linkSignals(signal, AbortSignal.timeout(spec.request.timeouts.headersSeconds * 1000));
    // Nobody takes the body: its first KiB are enough to see an answer.
    const reply = await client.get(url, { sinkFor: () => null, signal: limit.signal, onWire: () => undefined }).catch((error: unknown) => {
      if (signal.aborted || !limit.signal.aborted) throw error;
      throw new SurroundingsError(`${url.host} did not answer within ${spec.request.timeouts.headersSeconds} s.`);
    });
    if (reply.kind === "broken") throw new SurroundingsError(`${url.host}: ${reply.detail}.`);
    if (reply.status !== 200) throw new SurroundingsError(refusalText(url.host, reply.status, reply.kind === "declined" ? reply.reason : ""));
    return `${url.host} answers`;
  } finally {
    await client.close();
  }
}

function refusalText(host: string, status: number, reason: string): string {
  return `${host} answers HTTP ${status}${reason === "" ? "" : `: ${reason}`}.`;
}

/** The list of targets, or where it stands elsewhere the first target that is known. */
function urlOf({ targets, canaries, window, request }: ResolvedSpec): URL {
  const { from } = targets;
  const [url, target] = from.kind === "http" ? [from.url, ""] : [request.url, canaries.targets[0] ?? ("list" in from ? from.list[0] : undefined) ?? ""];
  return fillUrl(url, { target, window, timeFormat: request.timeFormat });
}
