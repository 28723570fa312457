import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { LOG_FIELDS, wrongWith } from "../../support/docs/log-fields.ts";
import { blocks, readPage } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const WELL = { level: "info", time: "2026-11-23T05:00:00.123Z", program: "batch", msg: "batch ended", batch: 3 };

describe("docs/logs.md", () => {
  test("has the fields of the code, in its order", () => {
    const code = readFileSync(path.join(ROOT, "src/model/log.ts"), "utf8");
    const fields = /interface Fields \{([^]*?)\n\}/.exec(code)![1]!;
    expect([...fields.matchAll(/readonly (\w+):/g)].map(([, name]) => name)).toEqual(LOG_FIELDS);
  });

  test("shows lines as the programs write them", () => {
    const [examples] = blocks(readPage("docs/logs.md"), "json");
    const lines = examples!.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.map(wrongWith)).toEqual(lines.map(() => null));
  });

  test("is what lines are held against", () => {
    expect(wrongWith(JSON.stringify(WELL))).toBeNull();
    const wrong = { "no JSON": "Error: boom", "level 30": { ...WELL, level: 30 }, "time 1795305600000": { ...WELL, time: 1_795_305_600_000 }, "program x": { ...WELL, program: "x" }, "no msg": { ...WELL, msg: undefined }, "field bacth": { ...WELL, bacth: 3 } };
    for (const [what, line] of Object.entries(wrong)) expect(wrongWith(typeof line === "string" ? line : JSON.stringify(line))).toContain(what);
  });
});
