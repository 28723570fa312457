import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { SLUICE } from "../../../src/cli/commands.ts";
import { main } from "../../../src/cli/main.ts";
import { paintFor } from "../../../src/cli/paint.ts";
import { guarded } from "../../../src/cli/terminal.ts";
import { Redraw } from "../../../src/cli/view/redraw.ts";
import { aCli, anOutput } from "../../support/processes/in-process-cli.ts";

const HOSTILE = "\u001b]0;title\u0007\u001b[2J\u009b31m\u202eevil\u200b\r\0";
const SHOWN = "\\u001b]0;title\\u0007\\u001b[2J\\u009b31m\\u202eevil\\u200b\\r\\u0000";

describe("what a command quotes cannot steer the terminal", () => {
  test.each([true, false])("whether it writes to a terminal or not: %s", (isTerminal) => {
    const out = anOutput({ isTerminal });
    guarded(out).write(`before ${HOSTILE} after\nnext line\n`);
    expect(out.text()).toBe(`before ${SHOWN} after\nnext line\n`);
  });

  test("colours, and the live view that draws over itself, stay as they are", () => {
    const [plain, out] = [anOutput({ isTerminal: true }), anOutput({ isTerminal: true })];
    for (const one of [plain, guarded(out)]) {
      const paint = paintFor(one, { environment: {} });
      const screen = new Redraw(one);
      screen.draw([paint.bad("one"), paint.strong("two"), paint.dim(paint.good("three")), paint.middling("4")]);
      screen.draw(["five"]);
      screen.clear();
    }
    expect(out.text()).toBe(plain.text());
  });

  test("a pipe gets no sequence, whoever wrote it", () => {
    const out = anOutput();
    guarded(out).write("\u001b[31mred\u001b[0m");
    expect(out.text()).toBe("\\u001b[31mred\\u001b[0m");
  });

  test("JSON says the same as before", () => {
    const out = anOutput();
    guarded(out).write(JSON.stringify({ name: HOSTILE, [`${HOSTILE}\u{e0041}`]: "a\nb" }, null, 2));
    expect(out.text()).not.toMatch(/[\p{Cf}\u007f-\u009f]/u);
    expect(JSON.parse(out.text())).toEqual({ name: HOSTILE, [`${HOSTILE}\u{e0041}`]: "a\nb" });
  });

  test.each([true, false])("the names and values of fields that validate reports (terminal: %s)", async (isTerminal) => {
    const folder = await mkdtemp(path.join(tmpdir(), "sluice-hostile-"));
    try {
      const file = path.join(folder, "sweep.yaml");
      const spec = { schedule: HOSTILE, [`batch${HOSTILE}`]: 1, sweepTemplate: { spec: { provider: { name: HOSTILE }, targets: { list: [HOSTILE] }, extract: { pattern: `(${HOSTILE}` } } } };
      await writeFile(file, JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name: HOSTILE }, spec }));
      const cli = aCli();
      const terminal = { stdout: anOutput({ isTerminal }), stderr: anOutput({ isTerminal }) };
      expect(await main(["validate", file], { ...cli, environment: { NO_COLOR: "1" }, ...terminal }, SLUICE)).toBe(2);
      const text = terminal.stdout.text() + terminal.stderr.text();
      expect(text).toContain("batch\\u001b]0;title\\u0007");
      expect(text).not.toMatch(/[^\P{C}\n]/u);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
