import { expect, test } from "vitest";
import { ERROR_TEXT_LIMIT, openErrorText } from "../../../src/fetch/exchange.ts";

function give(sink: ReturnType<typeof openErrorText>, text: string): void {
  const from = sink.begin();
  sink.take(sink.work.write(text, from, "latin1"));
}

test("keeps a text that comes in pieces", () => {
  const sink = openErrorText();
  give(sink, "Bad ");
  give(sink, "Gateway");
  expect(sink.text()).toBe("Bad Gateway");
  expect(sink.isFull).toBe(false);
});

test("keeps no more than its limit and always offers room", () => {
  const sink = openErrorText();
  for (let i = 0; i < 100; i++) {
    expect(sink.work.length - sink.begin()).toBeGreaterThanOrEqual(16 * 1024);
    give(sink, String(i % 10).repeat(1000));
  }
  expect(sink.isFull).toBe(true);
  expect(sink.text()).toHaveLength(ERROR_TEXT_LIMIT);
  expect(sink.text().slice(999, 1001)).toBe("01");
});
