import { expect, test } from "vitest";
import { checkTargetName, selectionOf } from "../../../src/cli/shared-options.ts";
import { SpecError } from "../../../src/model/errors.ts";

test("a name on the command line that no list can contain is refused by name", () => {
  expect(() => checkTargetName("a\tb")).toThrow(new SpecError('--target "a\\tb" contains a control character (U+0009).'));
  expect(() => selectionOf({ target: ["AS1", "n".repeat(600)] })).toThrow(/^--target "n{60}…" is 600 bytes long in UTF-8; a name has at most 512\.$/);
  expect(selectionOf({ target: ["AS1", "b\u00fccher"] })).toMatchObject({ states: "incomplete", targets: ["AS1", "b\u00fccher"], replace: false });
});
