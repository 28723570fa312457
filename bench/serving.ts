import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startSimulatorProcess, type Programs, type SimulatorProcess } from "./programs.ts";

export type Protocol = "HTTP" | "HTTPS" | "HTTPS and gzip";

/** A day in the past, so that answers do not depend on the time of the run. */
export const DAY = { name: "2026-03-01", start: Date.UTC(2026, 2, 1) / 1000, end: Date.UTC(2026, 2, 2) / 1000 };

/** Large answers and their known contents. */
export interface Serving {
  readonly protocol: Protocol;
  readonly baseUrl: string;
  /** The URL that a plain client requests; {target} is replaced. */
  readonly url: string;
  /** Null without TLS. */
  readonly caFile: string | null;
  readonly targets: readonly string[];
  readonly textBytes: number;
  /** Updates in all answers. */
  readonly matches: number;
}

const FIRST_TARGET = 3333;

/** Serves `count` answers of `bytes` each in the wire format of 2026, over all three protocols, from separate processes. */
export async function serveLarge(programs: Programs, folder: string, count: number, bytes: number): Promise<{ readonly servings: readonly Serving[]; stop(): Promise<void> }> {
  const targets = Array.from({ length: count }, (_, index) => `AS${FIRST_TARGET + index}`);
  const scenario = {
    compression: ["gzip"],
    source: { kind: "model", targets: 1 },
    big: Object.fromEntries(targets.map((target) => [target, bytes])),
    limits: { inFlight: 64 },
  };
  const scenarioFile = path.join(folder, `large-${bytes}.json`);
  const caFile = path.join(folder, `ca-${bytes}.pem`);
  await writeFile(scenarioFile, JSON.stringify(scenario));
  const plain = await startSimulatorProcess(programs, ["--scenario", scenarioFile]);
  const secure = await startSimulatorProcess(programs, ["--scenario", scenarioFile, "--tls", "--ca-file", caFile]);
  const matches = count * (await declaredBy(plain, targets[0]!));
  const serving = (protocol: Protocol, { url: baseUrl }: SimulatorProcess, ca: string | null): Serving => ({
    protocol,
    baseUrl,
    url: `${baseUrl}/data/bgp-updates/data.json?resource={target}&${QUERY}`,
    caFile: ca,
    targets,
    textBytes: count * bytes,
    matches,
  });
  return {
    servings: [serving("HTTP", plain, null), serving("HTTPS", secure, caFile), serving("HTTPS and gzip", secure, caFile)],
    stop: async () => {
      await plain.stop();
      await secure.stop();
    },
  };
}

const QUERY = `starttime=${DAY.start}&endtime=${DAY.end}&unix_timestamps=TRUE&sourceapp=bench`;

async function declaredBy({ url }: SimulatorProcess, target: string): Promise<number> {
  const response = await fetch(`${url}/simulator/expected?resource=${target}&${QUERY}`);
  const { declared } = (await response.json()) as { declared: number };
  return declared;
}
