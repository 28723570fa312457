import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { circles, fragments, readSource, readSources, unusedExports, type SourceFile } from "../layout.ts";
import { ROOT } from "../support/root.ts";

const SRC = readSources(ROOT, "src");
const ALL = readSources(ROOT, "src", "test", "bench");

describe("the source is laid out for a reader", () => {
  test("in at most 400 files", () => {
    expect(SRC.size).toBeLessThanOrEqual(400);
  });

  test("none of which is above 400 lines", () => {
    expect([...SRC].filter(([, { lines }]) => lines > 400).map(([file]) => file)).toEqual([]);
  });

  test("without a circle of imports", () => {
    expect(circles(SRC)).toEqual([]);
  });

  test("without a file under 20 lines that only one other imports", () => {
    expect(fragments(SRC, 20)).toEqual([]);
  });

  test("without an export that no other file imports", () => {
    expect(unusedExports(ALL, "src")).toEqual([]);
  });

  test("and each file of unit tests is called after the file that it tests", () => {
    expect(withoutSubject(readdirSync(path.join(ROOT, "test/unit"), { recursive: true, encoding: "utf8" }))).toEqual([]);
  });
});

/** Folders of test/unit whose subject is not a file of src. */
const OTHER_SUBJECTS = /^(docs|charts)\/|^[^/]+$/;

/** `x/y.test.ts` and `x/y.aspect.test.ts` are about `src/x/y.ts`. */
function withoutSubject(names: readonly string[]): string[] {
  const tests = names.map((name) => name.replaceAll(path.sep, "/")).filter((name) => name.endsWith(".test.ts") && !OTHER_SUBJECTS.test(name));
  return tests.filter((name) => {
    const subject = name.replace(/^(.*\/)?([^/.]+)\.[^/]*$/, "$1$2.ts");
    return !existsSync(path.join(ROOT, "src", subject));
  });
}

describe("each rule of layout fires", () => {
  const file = (imports: Record<string, string[]>, exports: string[] = [], lines = 100): SourceFile => ({
    lines,
    imports: Object.entries(imports).map(([name, names]) => ({ file: name, names })),
    exports,
  });

  test("for a circle of three, and not for what only leads into it", () => {
    const sources = new Map([
      ["src/a.ts", file({ "src/b.ts": ["b"] })],
      ["src/b.ts", file({ "src/c.ts": ["c"] })],
      ["src/c.ts", file({ "src/a.ts": ["a"] })],
      ["src/d.ts", file({ "src/a.ts": ["a"] })],
    ]);
    expect(circles(sources)).toEqual([["src/a.ts", "src/b.ts", "src/c.ts"]]);
  });

  test("for a small file with one importer, and not with two", () => {
    const small = file({}, ["a"], 19);
    const sources = new Map([["src/a.ts", small], ["src/b.ts", small], ["src/c.ts", file({ "src/a.ts": ["a"], "src/b.ts": ["a"] })], ["src/d.ts", file({ "src/b.ts": ["a"] })]]);
    expect(fragments(sources, 20)).toEqual(["src/a.ts (19 lines) belongs inside src/c.ts"]);
  });

  test("for an export that nobody imports", () => {
    const sources = new Map([["src/a.ts", file({}, ["a", "b", "c"])], ["test/a.test.ts", file({ "src/a.ts": ["a"] }, ["d"])], ["src/b.ts", file({ "src/a.ts": ["c"] })]]);
    expect(unusedExports(sources, "src")).toEqual(["src/a.ts: b"]);
  });

  test("for a test without a subject", () => {
    expect(withoutSubject(["model/clock.test.ts", "model/moment.test.ts", "model/moment.leap-seconds.test.ts", "model/nothing.test.ts", "docs/links.test.ts"])).toEqual(["model/nothing.test.ts"]);
  });

  test("by what a file imports and exports, however it says so", () => {
    const text = `import a, { b as c, type D } from "../x/a.ts";\nimport * as e from "./e.ts";\nimport "node:fs";\nexport const f = 1, g = 2;\nexport function h() {}\nexport interface I {}\nconst late = await import("./late.ts");\n`;
    expect(readSource("src/m/z.ts", text)).toEqual({
      lines: 7,
      imports: [{ file: "src/x/a.ts", names: ["b", "D"] }, { file: "src/m/e.ts", names: ["*"] }, { file: "src/m/late.ts", names: ["*"] }],
      exports: ["f", "g", "h", "I"],
    });
  });
});
