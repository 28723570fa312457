import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { formatProblem, readSweepFile } from "../../../src/cli/sweep-files.ts";
import { validateFile, type Validation } from "../../../src/cli/validate-command.ts";
import type { NamedPattern } from "../../../src/documents/bounded-patterns.ts";
import { ROOT } from "../../support/root.ts";

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

function validationOf(text: string, beside: readonly string[] = []): Validation {
  const read = readSweepFile("FILE", text);
  const documents = [read, ...beside.map((other) => readSweepFile("OTHER", other))].flatMap((file) => file.documents);
  return validateFile("FILE", read, documents, NOW);
}

function formatted(problems: Validation["problems"]): string[] {
  return problems.map(formatProblem);
}

const example = (name: string): string => readFileSync(path.join(ROOT, "examples", name), "utf8");

function sweep(spec: string, start = "2026-11-20"): string {
  return `apiVersion: sluice.dev/v1alpha1
kind: Sweep
metadata: { name: one }
spec:
  window: { start: "${start}" }
  request: { url: "http://127.0.0.1/?t={target}&s={start}" }
${spec}`;
}

const PATTERN = `  extract: { pattern: '"at":([0-9]{10})', declared: '"n":([0-9]{1,9})' }\n`;

describe("a document that passes its schema", () => {
  const wrong: Record<string, { text: string; line: string }> = {
    "may name a window that is not on the grid": {
      text: sweep(`${PATTERN}  targets: { list: [a] }\n`, "2026-11-20T06:00:00Z"),
      line: "FILE:5: spec.window.start: No window starts at 2026-11-20T06:00:00Z: windows are 24h long, and the nearest start at 2026-11-20 and 2026-11-21.",
    },
    "may have a list that is too short once its duplicates are dropped": {
      text: sweep(`${PATTERN}  targets: { list: [a, b, a], atLeast: 3 }\n`),
      line: "FILE:8: spec.targets: The list has 2 targets; targets.atLeast requires 3.",
    },
    "may follow a continuation that cannot be proved": {
      text: sweep(`  targets: { list: [a] }\n  extract:\n    pattern: '"at":([0-9]{10})'\n    continuation: '"next":"([^"]{1,99})"'\n`),
      line: "FILE:10: spec.extract.continuation: it needs queryStart and queryEnd: without them the overlap of two parts of an answer is unknown",
    },
  };
  const inPath = (spec: string): string => sweep(`${PATTERN}${spec}`).replace("/?t={target}&s={start}", "/as/{target}/updates");
  Object.assign(wrong, {
    "may name a target that would change the path of the URL": {
      text: inPath("  targets: { list: [AS1, '..'] }\n"),
      line: 'FILE:8: spec.targets.list: The list of targets (targets.list) cannot be asked: entry 2, "..", would change the path of http://127.0.0.1/as/{target}/updates: a segment ".." does not reach the server as it is.',
    },
    "may name such a canary": {
      text: inPath("  targets: { list: [AS1] }\n  canaries: { targets: [.] }\n"),
      line: 'FILE:9: spec.canaries.targets: The list of targets (canaries.targets) cannot be asked: entry 1, ".", would change the path of http://127.0.0.1/as/{target}/updates: a segment "." does not reach the server as it is.',
    },
  });
  test.for(Object.entries(wrong))("%s, and is refused", ([, { text, line }]) => {
    const { problems, documents } = validationOf(text);
    expect(formatted(problems)).toEqual([line]);
    expect(documents).toEqual([]);
  });

  const warned: Record<string, { text: string; lines: string[] }> = {
    "may break the provider's rules, each reported at its field": {
      text: example("ripestat-daily.yaml").replace("inFlight: 8", "inFlight: 16").replace(/ +sourceapp: .*\n/, ""),
      lines: [
        "FILE:20: spec.sweepTemplate.spec.host.inFlight: RIPEstat allows 8 requests in flight from one address; host.inFlight is 16.",
        "FILE:16: spec.sweepTemplate.spec.provider.sourceapp: RIPEstat requires a sourceapp above 1000 requests a day; this sweep sends 80000 a day, and provider.sourceapp is not set.",
      ],
    },
    "may name a CronSweep that is in the cluster": {
      text: example("rerun.yaml"),
      lines: ["FILE:9: spec.cronSweepRef.name: the CronSweep bgp/ripestat-daily is in none of these files, so what comes from it was not checked"],
    },
    "may take its targets from the cluster": {
      text: sweep(`${PATTERN}  targets: { configMap: { name: m, key: k } }\n`),
      lines: ["FILE:8: spec.targets.configMap: a ConfigMap can only be read in Kubernetes, so the rest of this document was not checked"],
    },
    "may name a window that is not over yet": {
      text: sweep(`${PATTERN}  targets: { list: [a] }\n`, "2026-11-24"),
      lines: ["FILE:5: spec.window.start: The window 2026-11-24 is not over yet; the newest that can be asked is 2026-11-22."],
    },
    "may say neither how an answer declares its matches nor how an empty one looks": {
      text: sweep(`  extract: { pattern: '"at":([0-9]{10})' }\n  targets: { list: [a] }\n`),
      lines: ["FILE:7: spec.extract: without declared or empty, an answer in which nothing is found stays suspect: nothing says that it is empty"],
    },
    "may say how an empty answer looks": {
      text: sweep(`  extract: { pattern: '"at":([0-9]{10})', empty: '\\[\\]' }\n  targets: { list: [a] }\n`),
      lines: [],
    },
    "may list a target twice": {
      text: sweep(`${PATTERN}  targets: { list: [a, a] }\n`),
      lines: ["FILE:8: spec.targets.list: Duplicates dropped from the list of targets: 1."],
    },
  };
  test.for(Object.entries(warned))("%s, and is still valid", ([, { text, lines }]) => {
    const { problems, warnings, documents } = validationOf(text);
    expect(formatted(problems)).toEqual([]);
    expect(formatted(warnings)).toEqual(lines);
    expect(documents).toHaveLength(1);
  });

  test("is checked together with the CronSweep of another file", () => {
    const { warnings, documents } = validationOf(example("rerun.yaml"), [example("ripestat-daily.yaml")]);
    expect(warnings).toEqual([]);
    expect(documents[0]!.accepted?.spec.dataset).toBe("bgp/ripestat-daily");
  });

  test("shows each bound that was added to its pattern", () => {
    const { documents } = validationOf(sweep(`  targets: { list: [a] }\n  extract: { pattern: '"at":\\s*([0-9]+),"k":"([^"]*)"' }\n`));
    const [{ field, pattern }] = documents[0]!.accepted!.patterns as [NamedPattern];
    expect(field).toBe("extract.pattern");
    expect(pattern.widened).toEqual([
      { column: 6, written: "\\s*", bounded: "\\s{0,64}" },
      { column: 10, written: "[0-9]+", bounded: "[0-9]{1,256}" },
      { column: 24, written: "[^\"]*", bounded: "[^\"]{0,256}" },
    ]);
    expect(pattern.longest).toBe(5 + 64 + 256 + 6 + 256 + 1);
  });
});
