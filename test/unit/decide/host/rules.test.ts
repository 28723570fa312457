import { expect, test } from "vitest";
import { brokenRules } from "../../../../src/decide/host/rules.ts";
import type { FieldProblem } from "../../../../src/model/field-problem.ts";
import type { ProviderRules } from "../../../../src/model/provider.ts";
import type { ResolvedSpec } from "../../../../src/model/resolved.ts";

const RULES: ProviderRules = {
  name: "ripestat",
  title: "RIPEstat",
  maxInFlight: 8,
  sourceappRequired: { aboveRequestsADay: 1000 },
  firstData: "2024-01-01",
  docs: "https://stat.ripe.net/docs",
};

const NAMELESS = "https://stat.ripe.net/data/bgp-updates/data.json?resource={target}";

function broken(fields: { inFlight?: number; url?: string; everySeconds?: number; start?: string; targets?: number }): FieldProblem[] {
  const start = Date.parse(fields.start ?? "2026-11-20") / 1000;
  const everySeconds = fields.everySeconds ?? 86_400;
  const spec = {
    host: { name: "stat.ripe.net:443", inFlight: fields.inFlight ?? 8, probeSeconds: 60, maxPauseSeconds: 900 },
    grid: { everySeconds, settleSeconds: 0 },
    window: { start, end: start + everySeconds },
    request: { url: fields.url ?? `${NAMELESS}&sourceapp=example-lab` } as ResolvedSpec["request"],
  };
  return brokenRules(RULES, spec, fields.targets ?? 80_000);
}

test("a spec that keeps the rules has no problem", () => {
  expect(broken({})).toEqual([]);
});

test.each([
  ["more requests in flight than allowed", { inFlight: 16 }, "host.inFlight", "RIPEstat allows 8 requests in flight from one address; host.inFlight is 16."],
  [
    "many requests without a name",
    { url: NAMELESS },
    "provider.sourceapp",
    "RIPEstat requires a sourceapp above 1000 requests a day; this sweep sends 80000 a day, and provider.sourceapp is not set.",
  ],
  [
    "few targets, but every quarter of an hour",
    { url: `${NAMELESS}&sourceapp=`, targets: 100, everySeconds: 900 },
    "provider.sourceapp",
    "RIPEstat requires a sourceapp above 1000 requests a day; this sweep sends 9600 a day, and provider.sourceapp is not set.",
  ],
  ["a window before the first data", { start: "2023-12-31" }, "", "RIPEstat has no data before 2024-01-01; the window starts at 2023-12-31."],
])("%s", (_, fields, field, sentence) => {
  expect(broken(fields)).toEqual([{ path: field === "" ? [] : field.split("."), sentence }]);
});

test("few requests a day need no name", () => {
  expect(broken({ url: NAMELESS, targets: 1000 })).toEqual([]);
});

test("each broken rule is a problem", () => {
  expect(broken({ inFlight: 9, url: NAMELESS, start: "2020-01-01" })).toHaveLength(3);
});
