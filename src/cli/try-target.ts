import { withSecrets } from "../batch/asker.ts";
import { compileExtract } from "../extract/compile.ts";
import { createReadings, WORK_BYTES } from "../extract/read.ts";
import type { BoundedPattern } from "../extract/bound.ts";
import type { PartFacts, Reading } from "../extract/reading.ts";
import { ask } from "../fetch/ask.ts";
import { openClient } from "../fetch/client.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { TargetResult } from "../model/result.ts";
import type { Cli } from "./context.ts";
import { firstMatches, type SeenMatch } from "./first-matches.ts";
import { loneGate } from "./lone-gate.ts";
import { watchedClient, type SeenRequest } from "./watched-client.ts";
import { watchedReadings, type SeenText } from "./watched-reading.ts";

/** One target asked, with all that a person wants to see of it. */
export interface Trial {
  readonly result: TargetResult;
  /** In their order: tries and parts. */
  readonly requests: readonly SeenRequest[];
  readonly parts: readonly PartFacts[];
  readonly pattern: BoundedPattern;
  readonly matches: readonly SeenMatch[];
  /** Updates within the window by type, the most first. */
  readonly types: readonly { readonly type: string; readonly updates: number }[];
  /** Rows that would be stored. */
  readonly rows: number;
}

const MATCHES_SHOWN = 5;

/** Asks as a batch would, with its tries, parts and proof; without a database, and with nothing kept. */
export async function tryTarget(target: string, spec: ResolvedSpec, { clock, random, environment, signal }: Pick<Cli, "clock" | "random" | "environment" | "signal">): Promise<Trial> {
  const compiled = compileExtract(spec.extract);
  const client = openClient({ request: spec.request, ...withSecrets(spec.request.headers, environment), environment, concurrency: 1 });
  const requests: SeenRequest[] = [];
  const seen: SeenText = { parts: [], prefix: "", prefixIsWhole: true };
  try {
    const { result, reading } = await ask(target, {
      client: { ...watchedClient(client, clock, requests), hide: client.hide },
      spec,
      newReading: watchedReadings(createReadings(compiled, Buffer.allocUnsafeSlow(2 * WORK_BYTES)), seen),
      now: () => clock.now(),
      random,
      wait: (seconds, until) => clock.wait(seconds, until),
      host: loneGate(clock),
      onWire: () => undefined,
      onRequest: () => undefined,
      signal,
    });
    const counted = { types: reading === null ? [] : countTypes(reading), rows: reading?.rows ?? 0 };
    reading?.release();
    const matches = firstMatches(compiled, seen.prefix, seen.prefixIsWhole, MATCHES_SHOWN);
    return { result, requests, parts: seen.parts, pattern: compiled.pattern, matches, ...counted };
  } finally {
    await client.close();
  }
}

function countTypes(reading: Reading): { type: string; updates: number }[] {
  const counts = new Map<string, number>();
  for (const { type, updates } of reading.observations()) counts.set(type, (counts.get(type) ?? 0) + updates);
  return [...counts].map(([type, updates]) => ({ type, updates })).sort((one, other) => other.updates - one.updates);
}
