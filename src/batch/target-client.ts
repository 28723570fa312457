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

export interface TargetClientOptions {
  readonly spec: ResolvedSpec;
  readonly keeper: SlotKeeper;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Each chunk of each body, before it is inflated. */
  readonly onWire: (bytes: number) => void;
  /** Each request that was sent: of targets, canaries and probes. */
  readonly onRequest: (sent: SentRequest) => void;
}

/** Asks targets of one spec through one connection pool, with the slots of one keeper. */
export interface TargetClient {
  readonly client: Client;
  ask(target: string, signal: AbortSignal): Promise<Asked>;
  /** What a canary says about the host. One that lost its slot with the lease was not asked. */
  readonly askCanary: AskCanary;
  /** Asks a canary while the host is ill: had it an answer at all? */
  probe(canary: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** @throws SpecError for a pattern or a header that cannot be used, SurroundingsError for a proxy or a Node that cannot be */
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
    answered: (ownError: boolean) => keeper.answered(ownError),
    pause: (seconds: number, reason: "throttled") => keeper.pause(seconds, reason),
  };
  // An ill host is asked once for each time that a probe is due: tries are for one that is well.
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
    close: () => client.close(),
  };
}

/**
 * All headers with their values, and which of those are secrets.
 *
 * @throws SpecError for a value that is to stand in the environment and does not; SurroundingsError for one that no header can have: it is
 * a Secret's, and not the spec's, so it can be put right while the sweep waits
 */
export function withSecrets(headers: Readonly<Record<string, HeaderValue>>, environment: TargetClientOptions["environment"]): Pick<ClientOptions, "headers" | "secrets"> {
  const secrets: string[] = [];
  const entries = Object.entries(headers).map(([name, header]) => {
    if ("value" in header) return [name, header.value];
    const secret = environment[header.env];
    if (secret === undefined) throw new SpecError(`request.headers.${name}: its value is to stand in the environment as ${header.env}, and is not there`);
    if (!canBeSent(name, secret)) throw new SurroundingsError(`The value in ${header.env}, for the header ${name}, has characters that a header cannot have, such as a line break at its end.`);
    secrets.push(secret);
    return [name, secret];
  });
  return { headers: Object.fromEntries(entries) as Record<string, string>, secrets };
}

function canBeSent(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
