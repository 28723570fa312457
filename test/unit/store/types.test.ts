import { expect, test } from "vitest";
import { storable } from "../../../src/store/types.ts";

test("keeps text that Postgres can hold, and puts a mark for what it cannot", () => {
  expect(storable("Zürich 😀")).toBe("Zürich 😀");
  expect(storable("a\0b\ud800c")).toBe("a\uFFFDb\uFFFDc");
});
