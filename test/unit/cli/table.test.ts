import { describe, expect, test } from "vitest";
import { paintFor, type Paint } from "../../../src/cli/paint.ts";
import { oneLine, renderTable } from "../../../src/cli/table.ts";
import { anOutput } from "../../support/processes/in-process-cli.ts";

const plain = paintFor(anOutput(), { environment: {} });
const coloured = paintFor(anOutput({ isTerminal: true }), { environment: {} });

describe("a table", () => {
  const rows = [
    ["AS1", "7"],
    ["AS12654", "1,234"],
  ];
  const columns = [{ title: "target" }, { title: "updates", align: "right" as const }];

  test("puts numbers on the right, and no blanks at the end of a line", () => {
    expect(renderTable(columns, rows, plain)).toBe("target   updates\nAS1            7\nAS12654    1,234\n");
    expect(renderTable([columns[1]!, columns[0]!], [["1", "a"]], plain)).toBe("updates  target\n      1  a\n");
  });

  test("is aligned with colours as without", () => {
    const withState = [{ title: "state", paint: coloured.good }, columns[1]!];
    const painted = renderTable(withState, [["ok", "1"], ["empty", "22"]], coloured);
    expect(withoutColours(painted)).toBe(renderTable([{ title: "state" }, columns[1]!], [["ok", "1"], ["empty", "22"]], plain));
    expect(painted).toContain("\u001b[32mok\u001b[0m   ");
  });

  test("is no longer a terminal's toy than its cells are", () => {
    expect(renderTable([{ title: "a" }], [["x\u001b[31m\ny\u009b"]], plain)).toBe("a\nx\\x1b[31m\\ny\\x9b\n");
  });

  test("counts characters and not their halves", () => {
    expect(renderTable([{ title: "a" }, { title: "b" }], [["é𝒳", "1"], ["abc", "2"]], plain)).toBe("a    b\né𝒳   1\nabc  2\n");
  });
});

test("a tab, a new line and other controls are shown and not done", () => {
  expect(oneLine("a\tb\r\nc\0")).toBe("a\\tb\\r\\nc\\x00");
});

describe("colours", () => {
  const cases: Record<string, { paint: Paint; painted: boolean }> = {
    "are for a terminal": { paint: coloured, painted: true },
    "are not for a pipe": { paint: plain, painted: false },
    "are not for who says NO_COLOR": { paint: paintFor(anOutput({ isTerminal: true }), { environment: { NO_COLOR: "1" } }), painted: false },
    "are there where NO_COLOR is set to nothing": { paint: paintFor(anOutput({ isTerminal: true }), { environment: { NO_COLOR: "" } }), painted: true },
  };
  test.for(Object.entries(cases))("%s", ([, { paint, painted }]) => {
    expect(paint.bad("x") !== "x").toBe(painted);
  });
});

function withoutColours(text: string): string {
  return text.replaceAll(/\u001b\[[0-9]+m/g, "");
}
