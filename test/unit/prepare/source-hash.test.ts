import { expect, test } from "vitest";
import type { TargetSource } from "../../../src/model/resolved.ts";
import { sourceHash } from "../../../src/prepare/source-hash.ts";

const HTTP = { kind: "http", url: "https://stat.ripe.net/data/ris-asns/data.json?list_asns=true", pattern: "([0-9]{1,10})", prefix: "AS" } as const;

function hash(from: TargetSource["from"], bounds: Partial<TargetSource> = {}): string {
  return sourceHash({ from, atLeast: 1, maxShrink: 0.05, ...bounds });
}

test.each<[string, TargetSource["from"], Partial<TargetSource>]>([
  ["a mirror", { ...HTTP, url: "http://127.0.0.1:8080/data/ris-asns/data.json?list_asns=true" }, {}],
  ["other bounds", HTTP, { atLeast: 80_000, maxShrink: 0.5 }],
])("%s is the same source", (_, from, bounds) => {
  expect(hash(from, bounds)).toBe(hash(HTTP));
});

test.each<[string, TargetSource["from"]]>([
  ["another path", { ...HTTP, url: "https://stat.ripe.net/data/other/data.json?list_asns=true" }],
  ["another query", { ...HTTP, url: "https://stat.ripe.net/data/ris-asns/data.json?list_asns=true&query_time=0" }],
  ["another pattern", { ...HTTP, pattern: "([0-9]{1,9})" }],
  ["another prefix", { ...HTTP, prefix: "" }],
  ["a ConfigMap", { kind: "file", path: "/sluice-targets/list", origin: "key a of the ConfigMap b" }],
  ["a list in the file", { kind: "list", list: ["AS1"] }],
])("%s is another source", (_, from) => {
  expect(hash(from)).not.toBe(hash(HTTP));
});

test("lists are the same source where they name the same in the same order", () => {
  expect(hash({ kind: "list", list: ["AS1", "AS2"] })).toBe(hash({ kind: "list", list: ["AS1", "AS2"] }));
  expect(hash({ kind: "list", list: ["AS1", "AS2"] })).not.toBe(hash({ kind: "list", list: ["AS1", "AS3"] }));
});

test("ConfigMaps are the same source by their name and key, whatever stands in them", () => {
  const file = { kind: "file", path: "/sluice-targets/list", origin: "key a of the ConfigMap b" } as const;
  expect(hash(file)).toBe(hash({ ...file, path: "/elsewhere" }));
  expect(hash(file)).not.toBe(hash({ ...file, origin: "key a of the ConfigMap c" }));
});
