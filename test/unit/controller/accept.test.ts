import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { readSweepFile } from "../../../src/cli/sweep-files.ts";
import { validateFile } from "../../../src/cli/validate-command.ts";
import { acceptCronSweep, acceptSweep } from "../../../src/controller/accept.ts";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";
import { ROOT } from "../../support/root.ts";
import { aCronSweep, exampleSpec } from "./cron-sweep/builders.ts";

const NOW = Date.UTC(2026, 10, 21, 6) / 1000;
const BAD = path.join(ROOT, "test/support/bad-files");

function aSweep(spec: object = {}): SweepObject {
  return {
    metadata: { namespace: "bgp", name: "again", uid: "uid-of-again", resourceVersion: "7", generation: 1, creationTimestamp: "2026-11-21T05:00:00Z" },
    spec: { cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" }, ...spec } as SweepObject["spec"],
  };
}

/** What `sluice validate` prints of a file with one document, without file and line. */
function printed(text: string): string[] {
  const read = readSweepFile("FILE", text);
  const { problems } = validateFile("FILE", read, read.documents, NOW);
  return problems.map((problem) => `${problem.path === "" ? "" : `${problem.path}: `}${problem.sentence}`).sort();
}

function problemsOf(accepted: ReturnType<typeof acceptCronSweep | typeof acceptSweep>): readonly string[] {
  return "problems" in accepted ? accepted.problems : [];
}

describe("an object of the API", () => {
  test("is accepted with its presets filled in, whatever the server has written into its metadata", () => {
    const object = aCronSweep();
    const accepted = acceptCronSweep({ ...object, metadata: { ...object.metadata, ownerReferences: [], finalizers: [] }, status: { active: [] } }, PROVIDERS, NOW);
    expect(accepted).toMatchObject({ spec: { dataset: "bgp/ripestat-daily", grid: { everySeconds: 86_400 } }, filled: { store: { secretRef: { name: "bgp-db-app", key: "uri" } } } });
  });

  test("of a list, which says neither kind nor version, is accepted too", () => {
    const { metadata, spec } = aCronSweep();
    expect(problemsOf(acceptCronSweep({ metadata, spec }, PROVIDERS, NOW))).toEqual([]);
  });

  // Those of which the API gives no such object: no YAML, several documents, another kind.
  const files = readdirSync(BAD).filter((file) => {
    const documents = parseAllDocuments(readFileSync(path.join(BAD, file), "utf8"));
    return Array.isArray(documents) && documents.length === 1 && documents[0]!.errors.length === 0 && documents[0]!.get("kind") === "CronSweep" && documents[0]!.get("apiVersion") === "sluice.dev/v1alpha1";
  });
  test.each(files)("is refused with the sentences of `sluice validate`: %s", (file) => {
    const text = readFileSync(path.join(BAD, file), "utf8");
    const object = parseAllDocuments(text)[0]!.toJS() as CronSweepObject;
    const problems = problemsOf(acceptCronSweep(object, PROVIDERS, NOW));
    expect([...problems].sort()).toEqual(printed(text));
    expect(problems).not.toEqual([]);
  });

  test("is refused without the Secret that names the database, which one machine does not need", () => {
    const template = { ...exampleSpec().sweepTemplate.spec };
    delete template.store;
    expect(problemsOf(acceptCronSweep(aCronSweep({ sweepTemplate: { spec: template } }), PROVIDERS, NOW))).toEqual([
      "spec.sweepTemplate.spec.store.secretRef: required on Kubernetes: the Secret and the key that hold the URI of the database",
    ]);
  });
});

describe("a Sweep", () => {
  test("has what it does not say itself from its CronSweep", () => {
    expect(acceptSweep(aSweep({ batch: { memory: "512Mi" } }), aCronSweep(), PROVIDERS, NOW)).toMatchObject({
      spec: { dataset: "bgp/ripestat-daily", batch: { memoryBytes: 512 * 1024 * 1024, targets: 128 } },
    });
  });

  test.each([
    ["its CronSweep is not there", aSweep(), null, "spec.cronSweepRef.name: there is no CronSweep ripestat-daily in this namespace"],
    ["its CronSweep is wrong", aSweep(), aCronSweep({ schedule: "0 5 31 2 *" }), 'spec.cronSweepRef.name: the CronSweep ripestat-daily is not accepted: spec.schedule: "0 5 31 2 *" never runs'],
    ["its window is none of the grid", aSweep({ window: { start: "2026-11-20T06:00:00Z" } }), aCronSweep(), "spec.window.start: No window starts at 2026-11-20T06:00:00Z: windows are 24h long, and the nearest start at 2026-11-20 and 2026-11-21."],
  ])("is refused where %s", (_, sweep, cronSweep, problem) => {
    expect(problemsOf(acceptSweep(sweep, cronSweep, PROVIDERS, NOW))).toEqual([problem]);
  });

  test("that is asked too early is accepted with a warning", () => {
    expect(acceptSweep(aSweep({ window: { start: "2026-11-21" } }), aCronSweep(), PROVIDERS, NOW)).toMatchObject({
      warnings: ["spec.window.start: The window 2026-11-21 is not over yet; the newest that can be asked is 2026-11-20."],
    });
  });
});
