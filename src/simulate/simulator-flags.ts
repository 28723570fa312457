import { SpecError } from "../model/errors.ts";
import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";

/** The flags of the command line. Each overrides the same field of the scenario's file. */
export interface SimulatorFlags {
  readonly scenario?: string;
  readonly demo?: boolean;
  readonly seed?: string;
  readonly format?: string;
  readonly tls?: boolean;
  readonly compression?: readonly string[];
  readonly asns?: string;
  readonly updates?: string;
  readonly every?: string;
  readonly targets?: string;
  readonly big?: readonly string[];
  readonly inFlight?: string;
  readonly latency?: string;
  readonly fault?: readonly string[];
  readonly port?: string;
  readonly host?: string;
  readonly caFile?: string;
}

/** The flags for the command line; each description starts with the scenario field that it sets. */
export const simulatorOptions: readonly { readonly flags: string; readonly description: string }[] = [
  { flags: "--scenario <file>", description: "JSON file with the whole scenario, including faults" },
  { flags: "--demo", description: "use the scenario of the demo instead of a file" },
  { flags: "--seed <number>", description: "seed; the same seed gives the same answers" },
  { flags: "--format <year>", description: "format: 2026 (one line) or 2025 (indented)" },
  { flags: "--tls", description: "tls: serve HTTPS with a self-signed certificate" },
  { flags: "--compression <encodings...>", description: "compression: gzip, br and zstd, in order of preference" },
  { flags: "--ca-file <file>", description: "with --tls: write the certificate here, for NODE_EXTRA_CA_CERTS" },
  { flags: "--asns <file>", description: "source.asns: a real list, one AS number per line, plain or .gz; needs --updates" },
  { flags: "--updates <file>", description: "source.updates: real updates, the output of bgpdump -m, plain or .gz; needs --asns" },
  { flags: "--every <seconds>", description: "source.everySeconds: repeat the real updates after this time (default 86400)" },
  { flags: "--targets <number>", description: "source.targets: number of invented AS numbers (default 3000)" },
  { flags: "--big <target=bytes...>", description: "big: targets with a giant answer, such as AS3333=272MB" },
  { flags: "--in-flight <number>", description: "limits.inFlight: most requests at once from one address (default 8)" },
  { flags: "--latency <seconds>", description: "latency: constant; for other distributions use --scenario" },
  { flags: "--fault <fault...>", description: "faults: add faults, such as status,status=503,when.rate=0.01" },
  { flags: "--port <number>", description: "port to listen on (default: any free one)" },
  { flags: "--host <address>", description: "address to listen on (default: 127.0.0.1)" },
];

/** The scenario of the file with the flags on top. @param file parsed JSON, or undefined without a file */
export function scenarioOfFlags(flags: SimulatorFlags, file: unknown): Scenario {
  if (flags.demo === true && flags.scenario !== undefined) throw new SpecError("--demo and --scenario exclude each other.");
  if ((flags.asns === undefined) !== (flags.updates === undefined)) throw new SpecError("--asns and --updates go together.");
  if (flags.updates !== undefined && flags.targets !== undefined) throw new SpecError("--targets is for invented updates and --updates for real ones: use one of them.");
  const base: Partial<Scenario> = flags.demo === true ? demoScenario() : file === undefined ? {} : parseScenario(file);
  const big = Object.fromEntries((flags.big ?? []).map(readBig));
  return parseScenario({
    ...base,
    ...present("seed", number("--seed", flags.seed)),
    ...present("format", flags.format),
    ...present("tls", flags.tls),
    ...present("source", sourceOf(flags)),
    ...present("compression", flags.compression),
    ...(flags.fault === undefined ? {} : { faults: [...(base.faults ?? []), ...flags.fault.map(readFaultFlag)] }),
    ...(flags.big === undefined ? {} : { big }),
    ...(flags.inFlight === undefined ? {} : { limits: { ...base.limits, inFlight: number("--in-flight", flags.inFlight) } }),
    ...(flags.latency === undefined ? {} : { latency: { distribution: "constant", seconds: number("--latency", flags.latency) } }),
  });
}

function sourceOf(flags: SimulatorFlags): unknown {
  if (flags.updates !== undefined) {
    return { kind: "recorded", asns: flags.asns, updates: flags.updates, ...present("everySeconds", number("--every", flags.every)) };
  }
  return flags.targets === undefined ? undefined : { kind: "model", targets: number("--targets", flags.targets) };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

function readBig(text: string): [target: string, bytes: number] {
  const match = /^([^=]+)=(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const unit = UNITS[match?.[3] ?? "?"];
  if (match === null || unit === undefined) throw new SpecError(`--big: must be a target and its bytes, such as AS3333=272MB, not ${text}.`);
  return [match[1]!, Math.round(Number(match[2]) * unit)];
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === "" || !Number.isFinite(Number(text))) throw new SpecError(`${flag}: must be a number, not ${text}.`);
  return Number(text);
}

function present<Name extends string>(name: Name, value: unknown): Partial<Record<Name, unknown>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, unknown>>);
}

/** The target whose answer is 256 MB. */
const DEMO_GIANT = "AS3333";

/**
 * 3,000 AS numbers on a good day of the real provider: most are quiet, one answers with 256 MB, some fail in one pass and succeed in
 * the next, and some large answers come in parts.
 */
export function demoScenario(): Scenario {
  return parseScenario({
    seed: 2026,
    source: { kind: "model", targets: 3_000, largest: 60_000 },
    big: { [DEMO_GIANT]: 256 * 1024 * 1024 },
    limits: { inFlight: 16 },
    latency: { distribution: "lognormal", medianSeconds: 0.06, sigma: 0.8, atMostSeconds: 2 },
    faults: [
      { what: "status", status: 503, when: { share: 0.005, times: 4 } },
      { what: "reset", at: "body", when: { share: 0.003, times: 1 } },
      { what: "ends-early", how: "chunked", when: { share: 0.002, times: 1 } },
      { what: "truncated", updates: 400, seam: "duplicate", when: { share: 0.05 } },
    ],
  });
}

type Fields = Record<string, unknown>;

/**
 * A fault as one word of a command line: its name and fields, separated by commas, with a dot before an inner field and + between the
 * entries of a list. "status,status=503,when.rate=0.01" is { what: "status", status: 503, when: { rate: 0.01 } }. parseFaults checks
 * the name and the fields.
 */
export function readFaultFlag(text: string): Fields {
  const [what, ...parts] = text.split(",");
  const fault: Fields = { what };
  for (const part of parts) {
    const [, path, value] = /^([A-Za-z.]+)=(.+)$/.exec(part) ?? [];
    if (path === undefined) throw new SpecError(`--fault ${text}: each part must be a field with its value, such as when.rate=0.01, not ${JSON.stringify(part)}.`);
    put(fault, path.split("."), path === "when.targets" ? value!.split("+") : readValue(value!));
  }
  return fault;
}

function put(fields: Fields, path: readonly string[], value: unknown): void {
  const [name, ...inner] = path as [string, ...string[]];
  if (inner.length === 0) {
    fields[name] = value;
    return;
  }
  const under = fields[name];
  const fresh: Fields = typeof under === "object" && under !== null ? (under as Fields) : {};
  fields[name] = fresh;
  put(fresh, inner, value);
}

function readValue(text: string): unknown {
  return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : text;
}
