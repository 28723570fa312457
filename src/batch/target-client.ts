import { validateHeaderValue } from "node:http";
import { canaryMeans } from "../decide/host/canary.ts";
import { compileExtract } from "../extract/compile.ts";
import { createReadings, WORK_BYTES } from "../extract/read.ts";
import type { NewReading } from "../extract/reading.ts";
import { ask, type Asked, type SentRequest } from "../fetch/ask.ts";
import { openClient, type Client, type ClientOptions } from "../fetch/client.ts";
import type { Clock } from "../model/clock.ts";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import { linkSignals } from "../model/linked-signal.ts";
import type { HeaderValue, ResolvedSpec } from "../model/resolved.ts";
import type { AskCanary } from "./canary-watch.ts";
import type { SlotKeeper } from "./slots.ts";

interface TargetClientOptions {
  readonly spec: ResolvedSpec;
  readonly keeper: SlotKeeper;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with the length of each chunk of a body, before it is inflated. */
  readonly onWire: (bytes: number) => void;
  /** Called after each request, whether of a target, a canary or a probe. */
  readonly onRequest: (sent: SentRequest) => void;
}

/** Asks targets of one spec, through one connection pool and with the slots of one keeper. */
interface TargetClient extends AsyncDisposable {
  readonly client: Client;
  ask(target: string, signal: AbortSignal): Promise<Asked>;
  /** What a canary says about the host: "unknown" if the lease of its slot was lost. */
  readonly askCanary: AskCanary;
  /** Asks a canary while the circuit is open. Resolves to whether the host answered at all. */
  probe(canary: string, signal: AbortSignal): Promise<boolean>;
}

/** @throws SpecError for an unusable pattern or header, SurroundingsError for an unusable proxy or Node */
export function openTargetClient({ spec, keeper, clock, random, environment, onWire, onRequest }: TargetClientOptions): TargetClient {
  const newReading: NewReading = createReadings(compileExtract(spec.extract), Buffer.allocUnsafeSlow(WORK_BYTES));
  const client = openClient({
    request: spec.request,
    ...withSecrets(spec.request.headers, environment),
    environment,
    concurrency: spec.batch.concurrency,
  });
  const host = {
    release: () => keeper.release(),
    answered: (ownError: boolean, error: string | null) => keeper.answered(ownError, error),
    pause: (seconds: number, reason: "throttled", error: string) => keeper.pause(seconds, reason, error),
  };
  // A probe is one request: retries are for a host that is healthy.
  const once: ResolvedSpec = { ...spec, request: { ...spec.request, attempts: 1 } };
  const askAs = (target: string, signal: AbortSignal, isProbe: boolean): Promise<Asked> => {
    const limiter = { ...host, mayAsk: (until: AbortSignal) => keeper.acquire(until, isProbe) };
    return ask(target, { client, spec: isProbe ? once : spec, newReading, clock, random, host: limiter, onWire, onRequest, signal });
  };
  return {
    client,
    ask: (target, signal) => askAs(target, signal, false),
    askCanary: async (canary, signal) => {
      const { lease } = keeper;
      using either = linkSignals(signal, lease);
      try {
        const { result, reading } = await askAs(canary, either.signal, false);
        reading?.release();
        return canaryMeans(result);
      } catch (error) {
        if (signal.aborted || !lease.aborted) throw error;
        return "unknown";
      }
    },
    probe: async (canary, signal) => {
      using either = linkSignals(signal, keeper.lease);
      const { result, reading } = await askAs(canary, either.signal, true);
      reading?.release();
      return result.state !== "failed";
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/**
 * All headers with their values, and which of those are secrets.
 *
 * @throws SpecError if the environment lacks a value; SurroundingsError if a header cannot have it: it comes from a Secret and not from
 * the spec, so it can be fixed while the sweep waits
 */
export function withSecrets(headers: Readonly<Record<string, HeaderValue>>, environment: TargetClientOptions["environment"]): Pick<ClientOptions, "headers" | "secrets"> {
  const secrets: string[] = [];
  const entries = Object.entries(headers).map(([name, header]) => {
    if ("value" in header) return [name, header.value];
    const secret = environment[header.env];
    if (secret === undefined) throw new SpecError(`its value is missing from the environment: ${header.env} is not set`, { path: ["request", "headers", name] });
    checkValue(name, secret, header.env);
    secrets.push(secret);
    return [name, secret];
  });
  return { headers: Object.fromEntries(entries) as Record<string, string>, secrets };
}

/** The message does not show the value, and Node's error is its cause because that does not either. */
function checkValue(name: string, value: string, variable: string): void {
  try {
    validateHeaderValue(name, value);
  } catch (error) {
    throw new SurroundingsError(`The value of ${variable}, for the header ${name}, has characters that a header cannot have, such as a line break at its end.`, { cause: error });
  }
}
