import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatProblem, readSweepFile, readSweepFiles } from "../../../src/cli/sweep-files.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const bad = path.join(root, "test/support/bad-files");

describe("a bad file", () => {
  test.for(readdirSync(bad))("%s gets the lines that it announces, and no others", (name) => {
    const text = readFileSync(path.join(bad, name), "utf8");
    const announced = [...text.matchAll(/^# expect: (.*)$/gm)].map((line) => line[1]!);
    const { problems } = readSweepFile("FILE", text);
    expect(announced.length).toBeGreaterThan(0);
    expect(text).toMatch(/^# by: (schema|semantic)$/m);
    expect(problems.map((problem) => formatProblem(problem).replace(/^FILE:(\d+):/, "$1:")).sort()).toEqual(announced.sort());
  });
});

test("a file that is not UTF-8 is refused with the line, instead of asking about other names", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-files-"));
  try {
    const file = path.join(folder, "latin1.yaml");
    await writeFile(file, Buffer.from("kind: CronSweep\nspec:\n  targets: [b\u00fccher.example]\n", "latin1"));
    const [read] = await readSweepFiles([file]);
    expect(read!.problems.map(formatProblem)).toEqual([`${file}:3: is not UTF-8`]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe("a good file", () => {
  // postgres.yaml is for kubectl.
  test.for(readdirSync(path.join(root, "examples")).filter((name) => name !== "postgres.yaml"))("examples/%s has no problem", (name) => {
    const { documents, problems } = readSweepFile(name, readFileSync(path.join(root, "examples", name), "utf8"));
    expect(problems).toEqual([]);
    expect(documents).toHaveLength(1);
  });

  const sweep = 'apiVersion: sluice.dev/v1alpha1\nkind: Sweep\nmetadata: { name: NAME }\nspec: { cronSweepRef: { name: a }, window: { start: "2026-11-20" } }\n';

  test("may hold several documents, and a --- too many", () => {
    const { documents, problems } = readSweepFile("FILE", `---\n${sweep.replace("NAME", "one")}---\n---\n${sweep.replace("NAME", "two")}---\n`);
    expect(problems).toEqual([]);
    expect(documents.map((document) => document.metadata.name)).toEqual(["one", "two"]);
  });

  test("may be JSON, and as kubectl get prints it", () => {
    const written = {
      apiVersion: "sluice.dev/v1alpha1",
      kind: "Sweep",
      metadata: { name: "a", uid: "7", resourceVersion: "12", creationTimestamp: "2026-11-21T00:00:00Z", generation: 1, managedFields: [{}], generateName: "a-", selfLink: "", deletionTimestamp: "2026-11-21T01:00:00Z", deletionGracePeriodSeconds: 0 },
      spec: { cronSweepRef: { name: "a" }, window: { start: "2026-11-20" } },
      status: { phase: "Complete" },
    };
    expect(readSweepFile("FILE", JSON.stringify(written, null, 2)).problems).toEqual([]);
  });

  test("keeps what is right of it beside what is wrong", () => {
    const { documents, problems } = readSweepFile("FILE", `${sweep.replace("NAME", "one")}---\nkind: Sweep\n`);
    expect(documents).toHaveLength(1);
    expect(problems.map(formatProblem)).toContain("FILE:6: apiVersion: required: sluice.dev/v1alpha1");
  });
});

test("a file whose aliases would grow beyond measure is refused in one line", () => {
  const bombs = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
  for (const [before, name] of [["a", "b"], ["b", "c"], ["c", "d"]]) bombs.push(`${name!}: &${name!} [${Array<string>(10).fill(`*${before!}`).join(",")}]`);
  const { documents, problems } = readSweepFile("FILE", bombs.join("\n"));
  expect(documents).toEqual([]);
  expect(problems.map(formatProblem)).toEqual(["FILE:1: Excessive alias count indicates a resource exhaustion attack"]);
});

test("a problem within an alias names the line where the alias is used", () => {
  const text = `apiVersion: sluice.dev/v1alpha1
kind: Sweep
metadata: { name: &name again }
spec:
  window: { start: "2026-11-20" }
  cronSweepRef:
    name: *name
  batch: { pods: none }
`;
  expect(readSweepFile("FILE", text).problems.map(formatProblem)).toEqual(['FILE:8: spec.batch.pods: must be an integer, not the string "none"']);
});

describe("a file of nonsense", () => {
  const names = fc.constantFrom("apiVersion", "kind", "metadata", "spec", "targets", "list", "request", "headers", "constructor", "__proto__", "toString", "batch", "0", "");
  const scalars = fc.oneof(fc.constantFrom("CronSweep", "Sweep", "constructor", "__proto__", "sluice.dev/v1alpha1", "{target}", "(?:", "128Mi"), fc.jsonValue({ maxDepth: 1 }));
  const { nonsense } = fc.letrec<{ nonsense: unknown }>((tie) => ({
    nonsense: fc.oneof({ maxDepth: 5 }, scalars, fc.dictionary(names, tie("nonsense"), { maxKeys: 6 }), fc.array(tie("nonsense"), { maxLength: 3 })),
  }));

  test("is never taken, and never a stack trace", () => {
    fc.assert(
      fc.property(nonsense, (value) => {
        const { documents, problems } = readSweepFile("FILE", JSON.stringify(value));
        return documents.length === 0 && problems.length > 0 && problems.every((problem) => problem.line === 1 && !problem.sentence.includes("\n"));
      }),
      { numRuns: 200 },
    );
  });

  test("in one place of a good file leaves a file that can be told about", () => {
    const good = JSON.parse(JSON.stringify(readSweepFile("FILE", readFileSync(path.join(root, "examples/custom.yaml"), "utf8")).documents[0])) as object;
    const places = pathsOf(good, []);
    fc.assert(
      fc.property(fc.constantFrom(...places), nonsense, (place, value) => {
        const { documents, problems } = readSweepFile("FILE", JSON.stringify(withValueAt(good, place, value)));
        return documents.length === 1 || problems.length > 0;
      }),
      { numRuns: 200 },
    );
  });

  function pathsOf(value: unknown, before: readonly string[]): readonly (readonly string[])[] {
    if (typeof value !== "object" || value === null) return [before];
    return [before, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...before, name]))];
  }

  function withValueAt(value: unknown, place: readonly string[], put: unknown): unknown {
    const [step, ...rest] = place;
    if (step === undefined) return put;
    if (Array.isArray(value)) return value.map((inner: unknown, index) => (String(index) === step ? withValueAt(inner, rest, put) : inner));
    return { ...(value as object), [step]: withValueAt((value as Record<string, unknown>)[step], rest, put) };
  }
});
