import { SpecError } from "../model/errors.ts";
import { jsonFields, type JsonFields } from "./json-fields.ts";
import { readResource } from "./question.ts";
import type { Fault, FaultName, FaultPlay, Latency, When } from "./scenario.ts";

const FAULT_NAMES: readonly FaultName[] = [
  "slow",
  "status",
  "reset",
  "ends-early",
  "dribble",
  "maintenance",
  "outage",
  "lag",
  "truncated",
  "corrupt",
  "blanks",
  "declared",
  "error-body",
  "redirect",
  "short-list",
];

export function parseFaults(value: unknown, place: string): Fault[] {
  if (!Array.isArray(value)) throw new SpecError(`${place}: must be a list.`);
  return value.map((entry, index) => {
    const fields = jsonFields(entry, `${place}[${index}]`);
    const play = parsePlay(fields);
    const fault = fields.has("when") ? { ...play, when: parseWhen(fields.inner("when")) } : play;
    fields.raw("when");
    fields.end();
    return fault;
  });
}

function parsePlay(fields: JsonFields): FaultPlay {
  const what = fields.word("what", FAULT_NAMES);
  const after = present({ afterBytes: fields.optionalNumber("afterBytes", { integer: true, min: 0 }) });
  switch (what) {
    case "slow":
      return { what, latency: parseLatency(fields.inner("latency")) };
    case "status": {
      const retryAfter = fields.raw("retryAfter");
      if (retryAfter !== undefined && typeof retryAfter !== "number" && typeof retryAfter !== "string") {
        throw new SpecError(`${fields.place}.retryAfter: must be a number of seconds or a text.`);
      }
      return {
        what,
        status: fields.number("status", { integer: true, min: 200, max: 599 }),
        body: fields.word("body", ["html", "json", "none"], "html"),
        ...present({ retryAfter }),
      };
    }
    case "reset":
      return { what, at: fields.word("at", ["headers", "body"], "headers"), ...after };
    case "ends-early":
      return { what, how: fields.word("how", ["content-length", "chunked", "close"], "content-length"), ...after };
    case "dribble":
      return { what, everySeconds: fields.number("everySeconds", { min: 0.001 }, 1), ...after };
    case "maintenance":
    case "outage":
      return { what };
    case "lag":
      return { what, seconds: fields.number("seconds", { integer: true, min: 1 }) };
    case "truncated":
      return {
        what,
        updates: fields.number("updates", { integer: true, min: 1 }),
        seam: fields.word("seam", ["exclusive", "inclusive", "duplicate", "partial"], "exclusive"),
        declares: fields.word("declares", ["part", "whole"], "part"),
        rest: fields.word("rest", ["here", "elsewhere", "same"], "here"),
      };
    case "corrupt":
      return { what, where: fields.word("where", ["data", "checksum"], "data") };
    case "blanks":
      return { what, bytes: fields.number("bytes", { integer: true, min: 1 }) };
    case "declared":
      return { what, off: fields.raw("off") === "absent" ? "absent" : fields.number("off", { integer: true }) };
    case "error-body":
      return { what, reason: fields.text("reason", "The data could not be loaded.") };
    case "redirect":
      return { what, to: fields.text("to") };
    case "short-list":
      return { what, share: fields.number("share", { min: 0, max: 1 }) };
  }
}

function parseWhen(fields: JsonFields): When {
  const targets = fields.has("targets") ? fields.list("targets").map((entry) => targetName(entry, `${fields.place}.targets`)) : undefined;
  fields.raw("targets");
  const when: When = present({
    targets,
    share: fields.optionalNumber("share", { min: 0, max: 1 }),
    rate: fields.optionalNumber("rate", { min: 0, max: 1 }),
    fromSeconds: fields.optionalNumber("fromSeconds", { min: 0 }),
    toSeconds: fields.optionalNumber("toSeconds", { min: 0 }),
    fromRequest: fields.optionalNumber("fromRequest", { integer: true, min: 1 }),
    toRequest: fields.optionalNumber("toRequest", { integer: true, min: 1 }),
    times: fields.optionalNumber("times", { integer: true, min: 1 }),
  });
  fields.end();
  return when;
}

function targetName(entry: unknown, place: string): string {
  const resource = readResource(String(entry));
  if ("refusal" in resource) throw new SpecError(`${place}: ${resource.refusal}`);
  return resource.target;
}

export function parseLatency(fields: JsonFields): Latency {
  const latency = { ...shape(fields), ...present({ atMostSeconds: fields.optionalNumber("atMostSeconds", { min: 0 }) }) };
  fields.end();
  return latency;
}

function shape(fields: JsonFields): Latency {
  const seconds = (name: string): number => fields.number(name, { min: 0 });
  const distribution = fields.word("distribution", ["constant", "uniform", "exponential", "lognormal", "pareto"]);
  switch (distribution) {
    case "constant":
      return { distribution, seconds: seconds("seconds") };
    case "uniform":
      return { distribution, fromSeconds: seconds("fromSeconds"), toSeconds: seconds("toSeconds") };
    case "exponential":
      return { distribution, meanSeconds: seconds("meanSeconds") };
    case "lognormal":
      return { distribution, medianSeconds: seconds("medianSeconds"), sigma: fields.number("sigma", { min: 0 }) };
    case "pareto":
      return { distribution, leastSeconds: seconds("leastSeconds"), shape: fields.number("shape", { min: 0.1 }) };
  }
}

/** Without the fields that are undefined. */
function present<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
