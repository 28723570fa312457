import { expect, test } from "vitest";
import { fit } from "../../../../src/cli/view/redraw.ts";

test.each([
  ["a line that is short enough stays", "12345", 6, "12345"],
  ["one that would fill the last column is cut", "123456", 6, "12345"],
  ["colours do not count, and are ended", "\u001b[31m123456\u001b[0m", 4, "\u001b[31m123\u001b[0m"],
  ["a letter beyond the first plane is one", "𝟙𝟚𝟛𝟜", 4, "𝟙𝟚𝟛"],
])("%s", (_, line, columns, shown) => {
  expect(fit(line, columns)).toBe(shown);
});
