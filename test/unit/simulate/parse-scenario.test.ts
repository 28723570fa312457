import { describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import type { Fault } from "../../../src/simulate/scenario.ts";
import { demoScenario } from "../../../src/simulate/simulator-flags.ts";

const FAULTS: readonly Fault[] = [
  { what: "slow", latency: { distribution: "pareto", leastSeconds: 1, shape: 1.5, atMostSeconds: 60 } },
  { what: "slow", latency: { distribution: "uniform", fromSeconds: 1, toSeconds: 2 } },
  { what: "slow", latency: { distribution: "exponential", meanSeconds: 1 } },
  { what: "status", status: 429, body: "none", retryAfter: 3, when: { rate: 0.5, fromSeconds: 1, toSeconds: 9 } },
  { what: "status", status: 503, body: "html", retryAfter: "Fri, 31 Dec 1999 23:59:59 GMT" },
  { what: "reset", at: "body", afterBytes: 10 },
  { what: "ends-early", how: "close" },
  { what: "dribble", everySeconds: 0.5 },
  { what: "maintenance", when: { share: 0.1, fromRequest: 1, toRequest: 9 } },
  { what: "outage" },
  { what: "lag", seconds: 600 },
  { what: "truncated", updates: 5, seam: "partial", declares: "whole", rest: "elsewhere" },
  { what: "corrupt", where: "checksum" },
  { what: "blanks", bytes: 140_000_000 },
  { what: "declared", off: "absent" },
  { what: "declared", off: -1 },
  { what: "error-body", reason: "no" },
  { what: "redirect", to: "http://127.0.0.1:1/" },
  { what: "short-list", share: 0.5, when: { times: 2, targets: ["AS1"] } },
];

const WRONG: Record<string, unknown> = {
  "scenario: must be an object, not 5.": 5,
  'scenario: unknown field "sead"; the fields are': { sead: 1 },
  'scenario.format: must be one of 2026, 2025, not "2024".': { format: "2024" },
  "scenario.seed: must be a whole number, not 1.5.": { seed: 1.5 },
  "scenario.tls: must be true or false": { tls: 1 },
  "scenario.compression[0]: must be one of gzip, br, zstd": { compression: ["lzma"] },
  "scenario.limits.inFlight: must be a number of at least 1": { limits: { inFlight: 0 } },
  "scenario.big.AS3: must be a number of at least 4096": { big: { AS3: 100 } },
  "scenario.big: AS64512 is of unsupported type": { big: { AS64512: 5_000 } },
  "scenario.source.updates is missing.": { source: { kind: "recorded", asns: "a" } },
  "scenario.source.targets[1]: must be an AS number, not -1.": { source: { targets: [1, -1] } },
  "scenario.source.active: must be a number of at most 1": { source: { active: 2 } },
  "scenario.latency.distribution is missing.": { latency: {} },
  "scenario.faults: must be a list.": { faults: {} },
  "scenario.faults[0].what: must be one of slow, status": { faults: [{ what: "fire" }] },
  'scenario.faults[0]: unknown field "stat"': { faults: [{ what: "outage", stat: 1 }] },
  'scenario.faults[0].when: unknown field "target"': { faults: [{ what: "outage", when: { target: "AS1" } }] },
  "scenario.faults[0].when.targets: ASX is of unsupported type": { faults: [{ what: "outage", when: { targets: ["ASX"] } }] },
  "scenario.faults[0].retryAfter: must be a number of seconds or a text": { faults: [{ what: "status", status: 429, retryAfter: [] }] },
  "scenario.faults[0].off is missing.": { faults: [{ what: "declared" }] },
};

describe("a scenario", () => {
  test("may be empty: everything has a default", () => {
    expect(parseScenario({})).toMatchObject({ seed: 1, format: "2026", tls: false, endtime: "exclusive", limits: { inFlight: 8, overLimit: "429" }, faults: [] });
  });
  test("that is whole comes back as it is", () => {
    const whole = { ...parseScenario({ big: { AS3: 5_000 } }), faults: FAULTS };
    expect(parseScenario(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    expect(parseScenario(demoScenario())).toEqual(demoScenario());
  });
  test("knows a target under any of its spellings", () => {
    expect(parseScenario({ big: { as3333: 5_000 }, faults: [{ what: "outage", when: { targets: [3333] } }] })).toMatchObject({
      big: { AS3333: 5_000 },
      faults: [{ when: { targets: ["AS3333"] } }],
    });
  });
  test.each(Object.entries(WRONG))("%s", (sentence, value) => {
    expect(() => parseScenario(value)).toThrow(SpecError);
    expect(() => parseScenario(value)).toThrow(sentence);
  });
});
