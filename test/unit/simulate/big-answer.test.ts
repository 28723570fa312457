import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bigBody, bigLayout } from "../../../src/simulate/big-answer.ts";
import { bigBlock } from "../../../src/simulate/big-block.ts";
import { envelope, updatesData } from "../../../src/simulate/envelope.ts";
import { skeleton } from "../../../src/simulate/wire-format.ts";

const WINDOW = { start: 1_795_392_000, end: 1_795_478_400 };
const FORMS = [
  ["2026", "unix"],
  ["2026", "iso"],
  ["2025", "unix"],
  ["2025", "iso"],
] as const;

interface Parsed {
  data: { updates: { timestamp: number | string; type: string }[]; nr_updates: number };
}

describe.each(FORMS)("a big answer in the format of %s with %s times", (format, form) => {
  const block = bigBlock(1, format, form);
  const sizes = [4_096, 5_000, 66_000, 70_001, 1_000_000, 5_000_003];

  test.each(sizes)("is exactly %i bytes of JSON with ascending times, and its gzip holds the same text", (bytes) => {
    const layout = bigLayout(bytes, block, format, form, WINDOW);
    const answer = envelope(format, {
      call: "bgp-updates",
      identity: "x",
      nowMilliseconds: 0,
      processMilliseconds: 7,
      data: updatesData({ resource: "AS1", start: WINDOW.start, end: WINDOW.end, declared: layout.updates }),
    });
    const body = bigBody(bytes, block, layout, skeleton(format, answer), format, form, "key");
    const text = Buffer.concat([...body.chunks()]);
    const gzip = Buffer.concat([...body.gzipped!.chunks()]);
    expect(text.length).toBe(bytes);
    expect(gzip.length).toBe(body.gzipped!.length);
    expect(gunzipSync(gzip).equals(text)).toBe(true);

    const { data } = JSON.parse(text.toString()) as Parsed;
    const times = data.updates.map(({ timestamp }) => (typeof timestamp === "number" ? timestamp : Date.parse(`${timestamp}Z`) / 1000));
    expect(data.nr_updates).toBe(times.length);
    expect(layout.updates).toBe(times.length);
    expect(times.every((time, index) => time >= (times[index - 1] ?? WINDOW.start) && time < WINDOW.end)).toBe(true);
    expect(data.updates.filter(({ type }) => type === "W")).toHaveLength(layout.blocks * block.withdrawals);
  });

  test("compresses about as real answers do, nine to one or better", () => {
    expect(block.textLength / block.deflatedLength).toBeGreaterThan(7);
  });

  test("writes any second into a block, whatever its digits", () => {
    for (const second of [1_000_000_000, 1_234_567_890, 1_795_392_000, 2_147_483_647]) {
      const text = Buffer.alloc(block.textLength);
      block.writeText(text, 0, second);
      expect(new Set([...text.toString().matchAll(/"timestamp": ?"?([^", ]+)/g)].map(([, time]) => time))).toEqual(new Set([form === "unix" ? String(second) : new Date(second * 1000).toISOString().slice(0, 19)]));
    }
  });
});

test("every seed has a block", () => {
  for (let seed = 0; seed < 40; seed++) expect(() => bigBlock(seed, "2026", "unix")).not.toThrow();
});
