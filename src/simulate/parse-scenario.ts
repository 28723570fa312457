import { SpecError } from "../model/errors.ts";
import { jsonFields, type JsonFields } from "./json-fields.ts";
import { parseFaults, parseLatency } from "./parse-fault.ts";
import { readResource } from "./question.ts";
import type { ModelSpec, Scenario, SourceSpec } from "./scenario.ts";

const SMALLEST_BIG = 4_096;

/** A scenario with everything that is left out filled in. What is wrong is a SpecError that names the field. */
export function parseScenario(value: unknown): Scenario {
  const fields = jsonFields(value, "scenario");
  const limits = fields.inner("limits");
  const scenario: Scenario = {
    seed: fields.number("seed", { integer: true, min: 0 }, 1),
    format: fields.word("format", ["2026", "2025"], "2026"),
    tls: fields.truth("tls", false),
    compression: fields.list("compression", ["gzip", "br", "zstd"]).map((name, index) => {
      if (name === "gzip" || name === "br" || name === "zstd") return name;
      throw new SpecError(`scenario.compression[${index}]: must be one of gzip, br, zstd, not ${JSON.stringify(name)}.`);
    }),
    source: parseSource(fields.inner("source")),
    big: parseBig(fields.inner("big")),
    endtime: fields.word("endtime", ["exclusive", "inclusive"], "exclusive"),
    limits: {
      inFlight: limits.number("inFlight", { integer: true, min: 1 }, 8),
      overLimit: limits.word("overLimit", ["429", "count"], "429"),
    },
    latency: fields.has("latency") ? parseLatency(fields.inner("latency")) : { distribution: "constant", seconds: 0 },
    faults: parseFaults(fields.raw("faults") ?? [], "scenario.faults"),
  };
  limits.end();
  fields.raw("latency");
  fields.end();
  return scenario;
}

const MODEL: ModelSpec = { kind: "model", targets: 3_000, active: 0.35, median: 30, sigma: 2.2, largest: 700_000 };

function parseSource(fields: JsonFields): SourceSpec {
  const source: SourceSpec =
    fields.word("kind", ["model", "recorded"], "model") === "recorded"
      ? {
          kind: "recorded",
          asns: fields.text("asns"),
          updates: fields.text("updates"),
          everySeconds: fields.number("everySeconds", { integer: true, min: 1 }, 86_400),
        }
      : {
          kind: "model",
          targets: Array.isArray(fields.raw("targets")) ? asNumbers(fields) : fields.number("targets", { integer: true, min: 1, max: 200_000 }, 3_000),
          active: fields.number("active", { min: 0, max: 1 }, MODEL.active),
          median: fields.number("median", { min: 0 }, MODEL.median),
          sigma: fields.number("sigma", { min: 0 }, MODEL.sigma),
          largest: fields.number("largest", { integer: true, min: 0, max: 5_000_000 }, MODEL.largest),
        };
  fields.end();
  return source;
}

function asNumbers(fields: JsonFields): number[] {
  return fields.list("targets").map((entry, index) => {
    if (typeof entry === "number" && Number.isInteger(entry) && entry >= 0 && entry <= 4_294_967_295) return entry;
    throw new SpecError(`${fields.place}.targets[${index}]: must be an AS number, not ${JSON.stringify(entry)}.`);
  });
}

function parseBig(fields: JsonFields): Record<string, number> {
  const big = Object.fromEntries(
    fields.names().map((name) => {
      const resource = readResource(name);
      if ("refusal" in resource) throw new SpecError(`${fields.place}: ${resource.refusal}`);
      return [resource.target, fields.number(name, { integer: true, min: SMALLEST_BIG })];
    }),
  );
  return big;
}
