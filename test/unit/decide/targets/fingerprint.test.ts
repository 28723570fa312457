import { expect, test } from "vitest";
import { fingerprintText } from "../../../../src/decide/targets/fingerprint.ts";
import type { ExtractSpec, RequestSpec } from "../../../../src/model/resolved.ts";

function fingerprint(request: Partial<RequestSpec> = {}, extract: Partial<ExtractSpec> = {}): string {
  return fingerprintText({
    request: {
      url: "https://stat.ripe.net/data/bgp-updates/data.json?resource={target}&starttime={start}&endtime={end}",
      timeFormat: "unix",
      headers: {},
      timeouts: { connectSeconds: 1, headersSeconds: 1, idleSeconds: 1, targetSeconds: 1 },
      compression: [],
      attempts: 3,
      statuses: { empty: [], rejected: [400] },
      ...request,
    },
    extract: { pattern: '"timestamp":([0-9]+)', time: "unix", declared: '"nr_updates":([0-9]+)', maxParts: 64, ...extract },
  });
}

const PATH = "/data/bgp-updates/data.json?resource={target}&starttime={start}&endtime={end}";

test.each([
  ["another host", { url: `http://127.0.0.1:8080${PATH}` }],
  ["a name for ourselves", { url: `https://stat.ripe.net${PATH}&sourceapp=example-lab` }],
  ["another order of the parameters", { url: "https://stat.ripe.net/data/bgp-updates/data.json?starttime={start}&endtime={end}&resource={target}" }],
  ["headers, timeouts, attempts and statuses", { headers: { a: { value: "b" } }, attempts: 9, statuses: { empty: [404], rejected: [] }, compression: ["gzip" as const] }],
])("%s is the same question", (_, request) => {
  expect(fingerprint(request)).toBe(fingerprint());
});

test.each([
  ["another path", { url: `https://stat.ripe.net/v2${PATH}` }, {}],
  ["another parameter", { url: `https://stat.ripe.net${PATH}&rrcs=0` }, {}],
  ["another value", { url: `https://stat.ripe.net${PATH.replace("{end}", "{end}Z")}` }, {}],
  ["another time format", { timeFormat: "iso" as const }, {}],
  ["another pattern", {}, { pattern: "a(b)" }],
  ["another format of matched times", {}, { time: "iso" as const }],
  ["another proof", {}, { declared: '"count":([0-9]+)' }],
])("%s is another question", (_, request, extract) => {
  expect(fingerprint(request, extract)).not.toBe(fingerprint());
});

test("a URL with only a query still has a path", () => {
  expect(fingerprint({ url: "http://host?a={target}" })).toBe(fingerprint({ url: "http://host/?a={target}" }));
});
