import { expect, test } from "vitest";
import { storable } from "../../../src/store/types.ts";

test("keeps text that Postgres can store, and replaces characters that it cannot", () => {
  expect(storable("Zürich 😀")).toBe("Zürich 😀");
  expect(storable("a\0b\ud800c")).toBe("a\uFFFDb\uFFFDc");
});
