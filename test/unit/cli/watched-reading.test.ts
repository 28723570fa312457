import { expect, test } from "vitest";
import { watchedReadings, type SeenText } from "../../../src/cli/watched-reading.ts";
import { compileExtract } from "../../../src/extract/compile.ts";
import { createReadings } from "../../../src/extract/read.ts";
import type { PartSink, Reading } from "../../../src/extract/reading.ts";

const newReading = createReadings(compileExtract({ pattern: '"t":([0-9]{1,12})', time: "unix", declared: '"n":([0-9]{1,9})', maxParts: 9 }), Buffer.alloc(64 * 1024));

function watch(): { reading: Reading; seen: SeenText } {
  const seen: SeenText = { parts: [], prefix: "", prefixIsWhole: true };
  return { reading: watchedReadings(newReading, seen)({ start: 0, end: 86_400 }), seen };
}

function feed(sink: PartSink, text: string, piece = 1000): void {
  for (let from = 0; from < text.length; from += piece) {
    const part = text.slice(from, from + piece);
    const at = sink.begin();
    sink.work.write(part, at, "latin1");
    sink.take(part.length);
  }
}

test("keeps the beginning of an answer byte by byte, and what is read stays the same", () => {
  const { reading, seen } = watch();
  const text = `{"n":3000,"list":[${Array.from({ length: 3000 }, (_, index) => `{"t":${index}}`).join(",")}]}`;
  const part = reading.part();
  feed(part, text);
  expect(part.finish()).toMatchObject({ matches: 3000, declared: 3000 });
  expect(reading.judge()).toMatchObject({ state: "ok", updates: 3000 });
  expect(seen).toMatchObject({ prefix: text, prefixIsWhole: true, parts: [{ matches: 3000 }] });
  reading.release();
});

test("keeps 64 KiB and no more", () => {
  const { reading, seen } = watch();
  const text = "0123456789".repeat(10_000);
  feed(reading.part(), text, 7001);
  expect(seen).toMatchObject({ prefix: text.slice(0, 64 * 1024), prefixIsWhole: false });
  reading.release();
});

test("forgets the beginning of a part that is asked for again", () => {
  const { reading, seen } = watch();
  feed(reading.part(), "broken");
  const again = reading.part();
  feed(again, '{"n":0}');
  again.finish();
  expect(seen).toMatchObject({ prefix: '{"n":0}', parts: [{ matches: 0, declared: 0 }] });
  reading.release();
});
