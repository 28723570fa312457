import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { envelope, MAINTENANCE, updatesData } from "../../../src/simulate/envelope.ts";
import type { WireFormat } from "../../../src/simulate/scenario.ts";
import type { Attributes } from "../../../src/simulate/source.ts";
import { documentText, skeleton, updateWriter, type TimeForm } from "../../../src/simulate/wire-format.ts";

const DATA = path.resolve(import.meta.dirname, "../../../../shared/data");
const MOMENT = { nowMilliseconds: 1_795_478_400_000, processMilliseconds: 82, identity: "any" };

interface RecordedUpdate {
  seq: number;
  timestamp: number | string;
  type: "A" | "W";
  attrs: Attributes;
}

interface RecordedAnswer {
  data: { updates: RecordedUpdate[] };
}

const ANSWERS: Record<string, { format: WireFormat; form: TimeForm; file: string }> = {
  "of 2025, indented, with ISO times": { format: "2025", form: "iso", file: "recorded-2025/bgp_updates.json" },
  "in the layout of 2026 with ISO times": { format: "2026", form: "iso", file: "wire-2026/bgp-updates_140.78.0.0_16_iso_compact.json" },
  "in the layout of 2026 with unix times": { format: "2026", form: "unix", file: "wire-2026/bgp-updates_140.78.0.0_16_unix_compact.json" },
};

describe.skipIf(!existsSync(DATA))("the recorded answers", () => {
  describe.each(Object.entries(ANSWERS))("%s", (_, { format, form, file }) => {
    const text = existsSync(DATA) ? readFileSync(path.join(DATA, file), "utf8") : "";
    const answer = (): RecordedAnswer => JSON.parse(text) as RecordedAnswer;

    test("a recorded answer is written again byte for byte", () => {
      const recorded = answer();
      const { head, tail } = skeleton(format, { ...recorded, data: { ...recorded.data, updates: [] } });
      const write = updateWriter(format, form);
      const updates = recorded.data.updates.map(({ seq, timestamp, type, attrs }) => write({ seq, type, attrs, at: typeof timestamp === "number" ? timestamp : Date.parse(`${timestamp}Z`) / 1000 }));
      expect(head + updates.join(",") + tail).toBe(text.trimEnd());
    });

    test("an envelope has the recorded one's keys in its order", () => {
      const recorded = answer();
      const made = envelope(format, { ...MOMENT, call: "bgp-updates", data: updatesData({ resource: "140.78.0.0/16", start: 1, end: 2, declared: 0 }) });
      expect(Object.keys(made)).toEqual(Object.keys(recorded));
      expect(Object.keys(made["data"] as object)).toEqual(Object.keys(recorded.data));
      expect(Object.entries(made).map(([key, value]) => [key, typeof value])).toEqual(Object.entries(recorded).map(([key, value]) => [key, typeof value]));
    });
  });

  test("a recorded maintenance answer differs only in what names the call, the time and the server", () => {
    const text = readFileSync(path.join(DATA, "recorded-2025/mlab_clients.json"), "utf8");
    const recorded = JSON.parse(text) as Record<string, unknown>;
    const made = envelope("2025", { ...MOMENT, call: "bgp-updates", ...MAINTENANCE });
    const own = Object.fromEntries(["version", "data_call_name", "query_id", "process_time", "server_id", "time"].map((key) => [key, recorded[key]]));
    expect(documentText("2025", { ...made, ...own })).toBe(text.trimEnd());
  });

  test("a recorded refusal's keys come in the same order", () => {
    const [first = ""] = readFileSync(path.join(DATA, "errors_2026.jsonl"), "utf8").split("\n");
    const made = Object.keys(envelope("2026", { ...MOMENT, call: "bgp-updates", messages: [["error", "no"]], status: "error", statusCode: 400, data: {} }));
    const recorded = Object.keys(JSON.parse(first) as object);
    expect(made.filter((key) => recorded.includes(key))).toEqual(recorded);
  });
});

describe("an answer's text", () => {
  const attrs: Attributes = { source_id: "26-185.1.8.3", target_prefix: "140.78.0.0/16", path: [1, [2, 3]], community: [] };

  test.each(["2026", "2025"] as const)("of %s says what JSON would say, with any number of updates", (format) => {
    for (const count of [0, 1, 3]) {
      const updates = Array.from({ length: count }, (_, index) => ({ seq: 9_000 + index, at: 1_749_478_965 + index, type: "A" as const, attrs }));
      const answer = (list: readonly unknown[]): unknown => envelope(format, { ...MOMENT, call: "bgp-updates", data: { resource: "AS1", updates: list, nr_updates: count } });
      const { head, tail, tailOfNone } = skeleton(format, answer([]));
      const text = head + updates.map(updateWriter(format, "unix")).join(",") + (count === 0 ? tailOfNone : tail);
      expect(text).toBe(documentText(format, answer(updates.map(({ seq, at, type, attrs: own }) => ({ seq, timestamp: at, type, attrs: own })))));
    }
  });

  test("times are integers or ISO 8601 without a zone", () => {
    const update = { seq: 1, at: 1_749_478_965, type: "W", attrs: { source_id: "a", target_prefix: "b" } } as const;
    expect(updateWriter("2026", "unix")(update)).toBe('{"seq":1,"timestamp":1749478965,"type":"W","attrs":{"source_id":"a","target_prefix":"b"}}');
    expect(updateWriter("2026", "iso")(update)).toContain('"timestamp":"2025-06-09T14:22:45"');
  });
});
