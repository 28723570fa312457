import { describe, expect, test } from "vitest";
import { resolveWindows, sweepsToRun, type WindowChoice } from "../../../src/cli/choose-windows.ts";
import { readSweepFile } from "../../../src/cli/sweep-files.ts";
import { acceptOrThrow } from "../../../src/documents/accept.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { formatMoment } from "../../../src/model/moment.ts";
import type { SweepDocument } from "../../../src/model/schema/documents.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

function documentOf(text: string): SweepDocument {
  const { documents, problems } = readSweepFile("FILE", text);
  expect(problems).toEqual([]);
  return documents[0]!;
}

const TEMPLATE = 'provider: { name: ripestat, sourceapp: t }, targets: { list: [AS1] }, store: { retention: 60d }';
const cronSweep = documentOf(
  `{ apiVersion: sluice.dev/v1alpha1, kind: CronSweep, metadata: { name: daily }, spec: { schedule: "@daily", sweepTemplate: { spec: { ${TEMPLATE} } } } }`,
);
const sweepAt = (start: string): SweepDocument =>
  documentOf(`{ apiVersion: sluice.dev/v1alpha1, kind: Sweep, metadata: { name: one }, spec: { window: { start: "${start}" }, ${TEMPLATE} } }`);

function starts(document: SweepDocument, choice: WindowChoice = {}): string[] {
  return resolveWindows(acceptOrThrow(document, { providers: PROVIDERS, documents: [] }, NOW), choice, NOW).map(({ window }) => formatMoment(window.start));
}

describe("the windows of a CronSweep", () => {
  const cases: Record<string, { choice: WindowChoice; starts: string[] }> = {
    "are the newest that has settled if none is named": { choice: {}, starts: ["2026-11-22"] },
    "are the one named by --window": { choice: { window: "2026-11-20" }, starts: ["2026-11-20"] },
    "are those from --from to the newest": { choice: { from: "2026-11-21" }, starts: ["2026-11-21", "2026-11-22"] },
    "are those from --from to --to, which is included": { choice: { from: "2026-11-18", to: "2026-11-19" }, starts: ["2026-11-18", "2026-11-19"] },
    "are one if --from and --to name the same": { choice: { from: "2026-11-18", to: "2026-11-18" }, starts: ["2026-11-18"] },
  };
  test.for(Object.entries(cases))("%s", ([, { choice, starts: expected }]) => {
    expect(starts(cronSweep, choice)).toEqual(expected);
  });

  const refused: Record<string, { choice: WindowChoice; sentence: RegExp }> = {
    "that does not start on the grid": { choice: { window: "2026-11-20T06:00" }, sentence: /^No window starts at 2026-11-20T06:00:00Z: .* 2026-11-20 and 2026-11-21\.$/ },
    "that is not over": { choice: { window: "2026-11-23" }, sentence: /not over yet; the newest that can be asked is 2026-11-22/ },
    "that is older than the retention": { choice: { window: "2026-09-01" }, sentence: /older than the retention of 60d/ },
    "before the provider's first data": { choice: { window: "2023-12-31" }, sentence: /before the provider's first data, 2024-01-01/ },
    "in a range with one that is too old": { choice: { from: "2026-09-01" }, sentence: /The window 2026-09-01 is older/ },
    "that is no date": { choice: { window: "yesterday" }, sentence: /"yesterday" is not the start of a window/ },
    "in a range that ends before it starts": { choice: { from: "2026-11-20", to: "2026-11-19" }, sentence: /^--to \(2026-11-19\) is before --from \(2026-11-20\)\.$/ },
    "named by --to alone": { choice: { to: "2026-11-20" }, sentence: /^--to needs --from/ },
    "named by --window and --to": { choice: { window: "2026-11-20", to: "2026-11-20" }, sentence: /one or the other/ },
  };
  test.for(Object.entries(refused))("are refused: one %s", ([, { choice, sentence }]) => {
    expect(() => starts(cronSweep, choice)).toThrow(SpecError);
    expect(() => starts(cronSweep, choice)).toThrow(sentence);
  });
});

describe("the window of a Sweep", () => {
  test("is the one that it names", () => {
    expect(starts(sweepAt("2026-11-20"))).toEqual(["2026-11-20"]);
  });

  test("cannot be chosen on the command line", () => {
    expect(() => starts(sweepAt("2026-11-20"), { window: "2026-11-21" })).toThrow("The Sweep one names its own window (spec.window.start)");
  });

  test("must be one that can be asked", () => {
    expect(() => starts(sweepAt("2026-11-24"))).toThrow("not over yet");
  });
});

const DAILY = `
apiVersion: sluice.dev/v1alpha1
kind: CronSweep
metadata: { name: daily, namespace: bgp }
spec:
  schedule: "@daily"
  sweepTemplate: { spec: { provider: { name: ripestat, sourceapp: test }, targets: { list: [AS1, AS2] } } }
`;

const AGAIN = `
apiVersion: sluice.dev/v1alpha1
kind: Sweep
metadata: { name: again, namespace: bgp }
spec: { cronSweepRef: { name: daily }, window: { start: "2026-11-20" }, select: [failed] }
`;

function documents(...texts: readonly string[]): readonly SweepDocument[] {
  const { documents: read, problems } = readSweepFile("sweeps.yaml", texts.join("---"));
  expect(problems).toEqual([]);
  return read;
}

function names(choice: WindowChoice, ...texts: readonly string[]): string[] {
  return sweepsToRun(documents(...texts), choice, NOW).map(({ namespace, name }) => `${namespace}/${name}`);
}

describe("the sweeps that files ask for", () => {
  test("are named after the CronSweep and the window", () => {
    expect(names({}, DAILY)).toEqual(["bgp/daily-20261122"]);
  });

  test("come newest window first", () => {
    expect(names({ from: "2026-11-19", to: "2026-11-21" }, DAILY)).toEqual(["bgp/daily-20261121", "bgp/daily-20261120", "bgp/daily-20261119"]);
  });

  test("are only the Sweep if its CronSweep is in the files too", () => {
    expect(names({}, DAILY, AGAIN)).toEqual(["bgp/again"]);
    const [sweep] = sweepsToRun(documents(DAILY, AGAIN), {}, NOW);
    expect(sweep!.spec).toMatchObject({ dataset: "bgp/daily", select: { states: ["failed"] }, window: { start: Date.UTC(2026, 10, 20) / 1000 } });
  });
});
