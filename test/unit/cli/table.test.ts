import { describe, expect, test } from "vitest";
import { paintFor, type Paint } from "../../../src/cli/paint.ts";
import { renderTable } from "../../../src/cli/table.ts";
import { anOutput } from "../../support/processes/in-process-cli.ts";

const plain = paintFor(anOutput(), { environment: {} });
const coloured = paintFor(anOutput({ isTerminal: true }), { environment: {} });

describe("a table", () => {
  const rows = [
    ["AS1", "7"],
    ["AS12654", "1,234"],
  ];
  const columns = [{ title: "target" }, { title: "updates", align: "right" as const }];

  test("aligns numbers right, without blanks at the end of a line", () => {
    expect(renderTable(columns, rows, plain)).toBe("target   updates\nAS1            7\nAS12654    1,234\n");
    expect(renderTable([columns[1]!, columns[0]!], [["1", "a"]], plain)).toBe("updates  target\n      1  a\n");
  });

  test("is aligned the same with and without colours", () => {
    const withState = [{ title: "state", paint: coloured.good }, columns[1]!];
    const painted = renderTable(withState, [["ok", "1"], ["empty", "22"]], coloured);
    expect(withoutColours(painted)).toBe(renderTable([{ title: "state" }, columns[1]!], [["ok", "1"], ["empty", "22"]], plain));
    expect(painted).toContain("\u001b[32mok\u001b[0m   ");
  });

  test("escapes control characters and line breaks in cells", () => {
    expect(renderTable([{ title: "a" }], [["x\u001b[31m\ny\u009b"]], plain)).toBe("a\nx\\u001b[31m\\ny\\u009b\n");
  });

  test("counts characters, not UTF-16 units", () => {
    expect(renderTable([{ title: "a" }, { title: "b" }], [["é𝒳", "1"], ["abc", "2"]], plain)).toBe("a    b\né𝒳   1\nabc  2\n");
  });
});

describe("colours", () => {
  const cases: Record<string, { paint: Paint; painted: boolean }> = {
    "are on for a terminal": { paint: coloured, painted: true },
    "are off for a pipe": { paint: plain, painted: false },
    "are off with NO_COLOR": { paint: paintFor(anOutput({ isTerminal: true }), { environment: { NO_COLOR: "1" } }), painted: false },
    "are on if NO_COLOR is empty": { paint: paintFor(anOutput({ isTerminal: true }), { environment: { NO_COLOR: "" } }), painted: true },
  };
  test.for(Object.entries(cases))("%s", ([, { paint, painted }]) => {
    expect(paint.bad("x") !== "x").toBe(painted);
  });
});

function withoutColours(text: string): string {
  return text.replaceAll(/\u001b\[[0-9]+m/g, "");
}
