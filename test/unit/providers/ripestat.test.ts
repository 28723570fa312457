import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { boundPattern } from "../../../src/extract/bound.ts";
import { ripestat } from "../../../src/providers/ripestat.ts";

const data = path.resolve(import.meta.dirname, "../../../../shared/data");
const extract = ripestat.preset.extract!;

function matches(pattern: string | undefined, text: string): readonly (readonly (string | undefined)[])[] {
  return [...text.matchAll(new RegExp(boundPattern(pattern!).source, "g"))].map((match) => match.slice(1));
}

function first(pattern: string | undefined, text: string): string | undefined {
  return matches(pattern, text)[0]?.[0];
}

function recorded(file: string): string {
  return readFileSync(path.join(data, file), "latin1");
}

test("no pattern of the preset is changed by bounding it: its bounds are its own", () => {
  const patterns = [...Object.values(extract), ...Object.values(ripestat.lists).map((list) => list.pattern)].filter((value) => typeof value === "string" && value !== extract.time && value !== extract.targetPrefix);
  expect(patterns).toHaveLength(10);
  for (const pattern of patterns) expect(boundPattern(pattern as string).widened).toEqual([]);
});

const isThere = existsSync(data);

describe.skipIf(!isThere)("the preset against recorded answers", () => {
  // What is skipped is looked through all the same, to tell what it holds.
  const expected = (isThere ? readFileSync(path.join(data, "EXPECTED.tsv"), "utf8") : "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t") as [string, string, string, string]);

  test.for(expected.filter(([file]) => file.includes("bgp-updates") || file.includes("bgp_updates")))("finds every update of the recorded %s", ([file, , count, hash]) => {
    const found = matches(extract.pattern, recorded(file));
    expect(found).toHaveLength(Number(count));
    expect(createHash("sha256").update(found.map((groups) => groups[0]).join("\n")).digest("hex")).toBe(hash);
    expect(new Set(found.map((groups) => groups[1]))).toEqual(new Set(["A", "W"]));
  });

  test.for(expected.filter(([, , count]) => Number(count) < 515))("finds no update in the recorded %s", ([file]) => {
    expect(matches(extract.pattern, recorded(file))).toEqual([]);
  });

  test.for<[string, string, string]>([
    ["recorded-2025/bgp_updates.json", "2025-06-09T13:59:55", "2025-06-11T13:59:55"],
    ["wire-2026/bgp-updates_140.78.0.0_16_iso_compact.json", "2025-06-09T13:59:55", "2025-06-11T13:59:55"],
    ["wire-2026/bgp-updates_140.78.0.0_16_unix_compact.json", "1749477595", "1749650395"],
  ])("reads what the recorded %s says of itself", ([file, start, end]) => {
    const text = recorded(file);
    expect(matches(extract.declared, text)).toEqual([["515"]]);
    expect(matches(extract.target, text)).toEqual([["140.78.0.0/16"]]);
    expect(matches(extract.queryStart, text)).toEqual([[start]]);
    expect(matches(extract.queryEnd, text)).toEqual([[end]]);
    expect(matches(extract.queryId, text)).toEqual([["20250611155919-4a1444ca-061a-4686-baae-f435772ad4ed"]]);
    expect([extract.error, extract.maintenance, extract.continuation].map((pattern) => matches(pattern, text))).toEqual([[], [], []]);
  });

  test.for(["mlab_bandwidth", "mlab_clients", "mlap_activity_count", "ris_first_last_seen", "whois_object_last_updated"])("knows the recorded %s as maintenance, and as no error", (name) => {
    const text = recorded(`recorded-2025/${name}.json`);
    expect(matches(extract.maintenance, text)).toHaveLength(1);
    expect(matches(extract.error, text)).toEqual([]);
  });

  test("finds the reason in the recorded refusals", () => {
    const bodies = recorded("errors_2026.jsonl").trim().split("\n");
    expect(bodies.map((body) => first(extract.error, body))).toEqual([
      "AS44559 is of unsupported type ASN. It should be one of: IP prefix.",
      "1.1.1.0/24 is of unsupported type IP prefix. It should be one of: IP address.",
    ]);
  });

  test.for([0, 4])("finds the recorded AS numbers, and nothing else, in a list indented by %d", (indent) => {
    const asns = gunzipSync(readFileSync(path.join(data, "asn/asns-2025-06-11.txt.gz"))).toString().trim().split("\n");
    const found = matches(ripestat.lists["ris-asns"]!.pattern, listAnswer(asns.map(Number), indent));
    expect(found.length).toBe(85_321);
    expect(found.map((groups) => groups[0])).toEqual(asns);
  });
});

/** As the envelope is on record; `counts` and `query_time` stand for what may surround the list. */
function listAnswer(asns: readonly number[], indent: number): string {
  const envelope = {
    messages: [["info", "Results of 2 peers, 10 collectors"]],
    see_also: [],
    version: "1.0",
    data_call_name: "ris-asns",
    data_call_status: "supported",
    cached: false,
    data: { counts: { total: asns.length }, query_time: "2025-06-11T08:00:00", asns, resolution: 3 },
    process_time: 2,
    status_code: 200,
    time: "2025-06-11T15:58:51.570226",
  };
  return JSON.stringify(envelope, null, indent);
}

describe("the next part of a large answer", () => {
  test.for<[string, string | undefined]>([
    ['{"see_also":[],"data":{}}', undefined],
    ['{\n    "see_also": [],\n    "data": ["x"]}', undefined],
    ['{"see_also":["https://stat.ripe.net/data/bgp-updates/data.json?resource=AS1&starttime=5"],"x":1}', "https://stat.ripe.net/data/bgp-updates/data.json?resource=AS1&starttime=5"],
    ['{\n    "see_also": [\n        "https:\\/\\/stat.ripe.net\\/x"\n    ]}', "https:\\/\\/stat.ripe.net\\/x"],
  ])("%s", ([text, url]) => expect(first(extract.continuation, text)).toBe(url));
});

test("an update inside a string of the answer is not matched", () => {
  const text = JSON.stringify({ community: ['"timestamp":1749478965,"type":"A"'], nested: '"nr_updates":7' });
  expect(matches(extract.pattern, text)).toEqual([]);
  expect(matches(extract.declared, text)).toEqual([]);
});

test("a type ends with its own quote", () => {
  expect(matches(extract.pattern, '"timestamp":1749478965,"type":"A","attrs":{}').length).toBe(1);
  expect(matches(extract.pattern, '"timestamp":1749478965,"type":"A"}').length).toBe(1);
  // A bit flip has made letters of the quote and the comma, so the next quote is that of the next field.
  expect(matches(extract.pattern, '"timestamp":1749478965,"type":"Wbl"attrs":{}')).toEqual([]);
});
