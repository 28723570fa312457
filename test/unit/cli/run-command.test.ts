import { describe, expect, test } from "vitest";
import { wantedSweeps } from "../../../src/cli/run-command.ts";
import { readSweepFile } from "../../../src/cli/sweep-files.ts";
import type { SweepDocument } from "../../../src/model/schema/documents.ts";

const NOON = Date.UTC(2026, 10, 23, 12) / 1000;

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

function names(wish: Parameters<typeof wantedSweeps>[1], ...texts: readonly string[]): string[] {
  return wantedSweeps(documents(...texts), wish, NOON).map(({ namespace, name }) => `${namespace}/${name}`);
}

describe("what a command is to sweep", () => {
  test("is the newest window of a CronSweep that has settled, named after both", () => {
    expect(names({}, DAILY)).toEqual(["bgp/daily-20261122"]);
  });

  test("of several windows is the newest first", () => {
    expect(names({ from: "2026-11-19", to: "2026-11-21" }, DAILY)).toEqual(["bgp/daily-20261121", "bgp/daily-20261120", "bgp/daily-20261119"]);
  });

  test("is the Sweep alone where its CronSweep stands beside it: that is there to be named", () => {
    expect(names({}, DAILY, AGAIN)).toEqual(["bgp/again"]);
    const [sweep] = wantedSweeps(documents(DAILY, AGAIN), {}, NOON);
    expect(sweep!.spec).toMatchObject({ dataset: "bgp/daily", select: { states: ["failed"] }, window: { start: Date.UTC(2026, 10, 20) / 1000 } });
  });
});
