import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ErrorCode } from "../../../src/model/result.ts";
import type { TargetState } from "../../../src/model/states.ts";
import type { Fault, FaultPlay, Seam, When } from "../../../src/simulate/scenario.ts";
import type { TimeForm } from "../../../src/simulate/wire-format.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import type { Outcome } from "../../support/postgres/window-outcome.ts";
import { openLocalSweep, YESTERDAY, type LocalSweep } from "../../support/sweeps/local-sweep.ts";

/** Mostly waiting, but of hundreds of processes. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database.drop();
});

type End = TargetState | `${TargetState}(${ErrorCode})`;

interface FaultCase {
  readonly plays: readonly FaultPlay[];
  /** What a target with updates comes to; a quiet one comes to it too, or is said apart. */
  readonly loud: End;
  readonly quiet?: End;
}

const BREAKS: Readonly<Record<string, FaultCase>> = {
  "500 as HTML": { plays: [{ what: "status", status: 500, body: "html" }], loud: "failed(server)" },
  "502 without a body": { plays: [{ what: "status", status: 502, body: "none" }], loud: "failed(server)" },
  "503 as JSON": { plays: [{ what: "status", status: 503, body: "json" }], loud: "failed(server)" },
  "403": { plays: [{ what: "status", status: 403, body: "html" }], loud: "failed(refused)" },
  "404": { plays: [{ what: "status", status: 404, body: "json" }], loud: "failed(refused)" },
  "400 as a gateway's page": { plays: [{ what: "status", status: 400, body: "html" }], loud: "failed(refused)" },
  "200 and a page of HTML": { plays: [{ what: "status", status: 200, body: "html" }], loud: "mismatch(declared-absent)" },
  "200 and nothing": { plays: [{ what: "status", status: 200, body: "none" }], loud: "mismatch(declared-absent)" },
  "200 and a body that is an error": { plays: [{ what: "error-body", reason: "no data" }], loud: "failed(error-body)" },
  "maintenance": { plays: [{ what: "maintenance" }], loud: "failed(maintenance)" },
  "a reset before the headers": { plays: [{ what: "reset", at: "headers" }], loud: "failed(reset)" },
  "a reset in the body": { plays: [{ what: "reset", at: "body" }], loud: "failed(reset)" },
  "a body that ends short of its length": { plays: [{ what: "ends-early", how: "content-length" }], loud: "failed(reset)" },
  "a body that ends short of its last chunk": { plays: [{ what: "ends-early", how: "chunked" }], loud: "failed(reset)" },
  "gzip with broken data": { plays: [{ what: "corrupt", where: "data" }], loud: "failed(encoding)" },
  "gzip with a broken checksum": { plays: [{ what: "corrupt", where: "checksum" }], loud: "failed(encoding)" },
  "a declared number that is one too high": { plays: [{ what: "declared", off: 1 }], loud: "mismatch(declared-wrong)" },
  "a declared number that is one too low": { plays: [{ what: "declared", off: -1 }], loud: "mismatch(declared-wrong)", quiet: "mismatch(declared-absent)" },
  "no declared number": { plays: [{ what: "declared", off: "absent" }], loud: "mismatch(declared-absent)" },
  "an empty list that declares what is left out": { plays: [{ what: "outage" }, { what: "declared", off: 7 }], loud: "mismatch(declared-wrong)" },
  "an answer that ends two seconds early": { plays: [{ what: "lag", seconds: 2 }], loud: "suspect(ends-early)" },
  "an answer that ends hours early": { plays: [{ what: "lag", seconds: 36_000 }], loud: "suspect(ends-early)" },
  "an answer of no time at all": { plays: [{ what: "lag", seconds: 86_400 }], loud: "suspect(ends-early)" },
  "a way to another host": { plays: [{ what: "redirect", to: "http://elsewhere.invalid/" }], loud: "failed(redirect)" },
  "a way into nowhere": { plays: [{ what: "redirect", to: "/nowhere" }], loud: "failed(refused)" },
};

/** A body that closes looks whole: only what stands in it, or the checksum of its encoding, tells that it is not. */
const CLOSED: FaultPlay = { what: "ends-early", how: "close" };

const WIRES: Readonly<Record<string, { scenario: Record<string, unknown>; form: TimeForm; closed: End }>> = {
  "compact, in unix seconds, gzip": { scenario: { format: "2026", compression: ["gzip"] }, form: "unix", closed: "failed(reset)" },
  "indented, in ISO, plain": { scenario: { format: "2025", compression: [], endtime: "inclusive" }, form: "iso", closed: "mismatch(declared-absent)" },
};

/** One try, so that what is the provider's own error stays below the share that makes a host ill. */
const ONCE = { request: { attempts: 1, timeouts: { connect: "1m", headers: "1m", idle: "1m", target: "3m" } }, done: { passes: 1 } };

const ISO = {
  request: { query: { unix_timestamps: "FALSE" }, timeFormat: "iso" },
  extract: { time: "iso" },
};

function withForm(form: TimeForm, spec: Readonly<Record<string, Readonly<Record<string, unknown>>>>): typeof spec {
  return form === "unix" ? spec : { ...spec, ...ISO, request: { ...spec["request"], ...ISO.request } };
}

describe.each(Object.entries(WIRES))("answers that are broken, each in its way (%s)", (wire, { scenario, form, closed }) => {
  const cases: Readonly<Record<string, FaultCase>> = { ...BREAKS, "a body that ends with its connection": { plays: [CLOSED], loud: closed } };
  let trial: LocalSweep;
  let faults: readonly Fault[];
  const chosen = new Map<string, { loud: string; quiet: string }>();
  let first: { code: number | null; outcome: Outcome };

  beforeAll(async () => {
    trial = await openLocalSweep({
      databaseUrl: database.url,
      name: `breaks-${form}`,
      scenario: { seed: 11, source: { kind: "model", targets: 240, active: 0.6, median: 60, largest: 1500 }, limits: { inFlight: 16 }, ...scenario },
      spec: withForm(form, ONCE),
      form,
    });
    const updates = (target: string): number => trial.simulator.expected(target, YESTERDAY, form).updates;
    const able = trial.targets.filter((target) => target !== "AS12654" && !trial.simulator.expected(target, YESTERDAY).refused);
    const loud = able.filter((target) => updates(target) >= 60);
    const quiet = able.filter((target) => updates(target) === 0);
    Object.keys(cases).forEach((name, index) => chosen.set(name, { loud: loud[index]!, quiet: quiet[index]! }));
    faults = Object.entries(cases).flatMap(([name, { plays }]) => plays.map((play) => ({ ...play, when: { targets: Object.values(chosen.get(name)!) } })));
    trial.simulator.set(faults);
    first = { code: (await trial.run()).code, outcome: await trial.outcome() };
  });

  afterAll(() => trial.close());

  test.each(Object.entries(cases))("%s: no answer, and never a zero", (name, { loud, quiet = loud }) => {
    const targets = chosen.get(name)!;
    expect({ loud: endOf(first.outcome, targets.loud), quiet: endOf(first.outcome, targets.quiet) }).toEqual({ loud, quiet });
  });

  test(`leaves the window incomplete with all else settled, ends with 1, and settles the rest when the same is run again (${wire})`, async () => {
    expect(first.outcome.lies).toEqual([]);
    expect(first).toMatchObject({ code: 1, outcome: { window: { state: "incomplete", settled: 240 - 2 * chosen.size } } });

    trial.simulator.set([]);
    const asked = trial.simulator.stats().requests;
    expect(await trial.run()).toMatchObject({ code: 0 });
    expect(await trial.outcome()).toMatchObject({ window: { state: "complete", settled: 240 }, lies: [] });
    expect(trial.simulator.stats().requests - asked).toBeLessThan(2 * chosen.size + 20);

    trial.simulator.set(faults);
    expect(await trial.rerunAll()).toMatchObject({ code: 0 });
    expect(await trial.outcome()).toMatchObject({ window: { state: "complete", settled: 240 }, lies: [] });
  });
});

test("answers that never come, or never end: no answer, and never a zero", async () => {
  const trial = await openLocalSweep({
    databaseUrl: database.url,
    name: "endless",
    scenario: { seed: 12, source: { kind: "model", targets: 20, active: 0.9, median: 60, largest: 500 } },
    spec: { ...ONCE, request: { attempts: 1, timeouts: { connect: "5s", headers: "4s", idle: "4s", target: "6s" } } },
  });
  try {
    const [silent, dribbling] = trial.targets.filter((target) => trial.simulator.expected(target, YESTERDAY).updates > 20) as [string, string];
    trial.simulator.set([
      { what: "slow", latency: { distribution: "constant", seconds: 600 }, when: { targets: [silent] } },
      { what: "dribble", everySeconds: 0.2, when: { targets: [dribbling] } },
    ]);
    expect(await trial.run()).toMatchObject({ code: 1 });
    const outcome = await trial.outcome();
    expect(outcome).toMatchObject({ window: { state: "incomplete" }, lies: [] });
    expect([endOf(outcome, silent), endOf(outcome, dribbling)]).toEqual(["failed(timeout)", "failed(timeout)"]);
  } finally {
    await trial.close();
  }
});

function endOf({ results }: Pick<Outcome, "results">, target: string): string {
  const { state, error } = results.get(target) ?? { state: "missing", error: null };
  return error === null ? state : `${state}(${error})`;
}

const SEAMS: readonly Seam[] = ["exclusive", "inclusive", "duplicate", "partial"];

interface Cut {
  readonly seam: Seam;
  readonly declares: "part" | "whole";
  readonly rest: "here" | "elsewhere" | "same";
}

const CUTS: readonly Cut[] = SEAMS.flatMap((seam) =>
  (["part", "whole"] as const).flatMap((declares) => (["here", "elsewhere", "same"] as const).map((rest) => ({ seam, declares, rest }))),
);

const READINGS = (["2026", "2025"] as const).flatMap((format) =>
  (["unix", "iso"] as const).flatMap((form) => (["exclusive", "inclusive"] as const).map((endtime) => ({ format, form, endtime }))),
);

describe("answers that are cut", () => {
  test.each(READINGS)("are whole or no answer, whichever way they are cut (format $format, $form times, endtime $endtime)", async ({ format, form, endtime }) => {
    const trial = await openLocalSweep({
      databaseUrl: database.url,
      name: `cut-${format}-${form}-${endtime}`,
      scenario: { seed: 5, source: { kind: "model", targets: 160, active: 0.8, median: 80, largest: 900 }, limits: { inFlight: 16 }, format, endtime },
      spec: withForm(form, { done: { passes: 1 } }),
      form,
    });
    try {
      const loud = trial.targets.filter((target) => target !== "AS12654" && trial.simulator.expected(target, YESTERDAY).updates >= 60);
      const of = (cut: Cut): string[] => loud.filter((_, index) => index % CUTS.length === CUTS.indexOf(cut));
      trial.simulator.set(CUTS.map((cut): Fault => ({ what: "truncated", updates: 20, ...cut, when: { targets: of(cut) } })));
      expect(await trial.run()).toMatchObject({ code: 1 });
      const cut = await trial.outcome();
      expect(cut).toMatchObject({ window: { state: "incomplete" }, lies: [] });
      for (const way of CUTS) {
        // Where all updates stand in one second there is no place to cut.
        const ends = new Set(of(way).map((target) => endOf(cut, target)));
        expect([...ends], JSON.stringify(way)).toContain(way.rest === "here" ? "ok" : "failed(continuation)");
        expect(ends.size, JSON.stringify(way)).toBeLessThanOrEqual(way.rest === "here" ? 1 : 2);
      }

      trial.simulator.set([]);
      expect(await trial.run()).toMatchObject({ code: 0 });
      expect(await trial.outcome()).toMatchObject({ window: { state: "complete", settled: 160 }, lies: [] });
    } finally {
      await trial.close();
    }
  });
});

interface Weather {
  readonly play: FaultPlay;
  readonly when: When;
  readonly targets: number;
  readonly passes: number;
  readonly code: 0 | 1;
}

const OUTAGE: FaultPlay = { what: "outage" };
const LAG: FaultPlay = { what: "lag", seconds: 36_000 };
const MAINTENANCE: FaultPlay = { what: "maintenance" };

/** The first request is for the list of targets. What is the provider's own error stays below the share that makes a host ill. */
const EVERYBODY: Readonly<Record<string, Weather>> = {
  "an outage from the start": { play: OUTAGE, when: { fromRequest: 2 }, targets: 40, passes: 1, code: 1 },
  "an outage in the middle": { play: OUTAGE, when: { fromRequest: 20, toRequest: 80 }, targets: 90, passes: 4, code: 0 },
  "an outage from the middle on": { play: OUTAGE, when: { fromRequest: 40 }, targets: 90, passes: 2, code: 1 },
  "an outage of the canary alone": { play: OUTAGE, when: { targets: ["AS12654"] }, targets: 40, passes: 2, code: 1 },
  "a lagging feed from the start": { play: LAG, when: { fromRequest: 2 }, targets: 40, passes: 1, code: 1 },
  "a lagging feed in the middle": { play: LAG, when: { fromRequest: 20, toRequest: 80 }, targets: 90, passes: 4, code: 0 },
  "a lagging feed from the middle on": { play: LAG, when: { fromRequest: 40 }, targets: 90, passes: 2, code: 1 },
  "maintenance from the start": { play: MAINTENANCE, when: { fromRequest: 2 }, targets: 16, passes: 1, code: 1 },
  "maintenance in the middle": { play: MAINTENANCE, when: { fromRequest: 10, toRequest: 25 }, targets: 40, passes: 4, code: 0 },
  "maintenance from the middle on": { play: MAINTENANCE, when: { fromRequest: 10 }, targets: 20, passes: 2, code: 1 },
};

describe.concurrent("what befalls everybody at once", () => {
  test.each(Object.entries(EVERYBODY))("%s makes no zero that is not one", async (name, { play, when, targets, passes, code }) => {
    const trial = await openLocalSweep({
      databaseUrl: database.url,
      name: name.replaceAll(" ", "-"),
      scenario: {
        seed: 3,
        source: { kind: "model", targets, active: 0.9, median: 60, largest: 1500 },
        limits: { inFlight: 2 },
        latency: { distribution: "constant", seconds: 0.08 },
      },
      spec: { done: { passes }, host: { inFlight: 2 } },
    });
    try {
      trial.simulator.set([{ ...play, when }]);
      expect(await trial.run()).toMatchObject({ code });
      expect(trial.simulator.stats().byFault[play.what]).toBeGreaterThan(1);
      const outcome = await trial.outcome();
      expect(outcome).toMatchObject({ window: { state: code === 0 ? "complete" : "incomplete" }, lies: [] });

      trial.simulator.set([]);
      expect(await trial.run()).toMatchObject({ code: 0 });
      expect(await trial.outcome()).toMatchObject({ window: { state: "complete", targets, settled: targets }, lies: [] });
    } finally {
      await trial.close();
    }
  });

  test("a rerun of everything harms no good row, whatever befalls it", async () => {
    const trial = await openLocalSweep({
      databaseUrl: database.url,
      name: "again",
      scenario: { seed: 4, source: { kind: "model", targets: 40, active: 0.8, median: 60, largest: 1500 }, limits: { inFlight: 16 } },
    });
    try {
      expect(await trial.run()).toMatchObject({ code: 0 });
      const good = await trial.outcome();
      const others = trial.targets.filter((target) => target !== "AS12654");
      const troubles: readonly [Fault, Readonly<Record<string, unknown>>][] = [
        [OUTAGE, {}],
        [OUTAGE, { replace: true }],
        [{ ...OUTAGE, when: { targets: others } }, {}],
        [LAG, { replace: true }],
        [{ what: "truncated", updates: 5, seam: "exclusive", declares: "part", rest: "elsewhere" }, { replace: true }],
        [{ what: "declared", off: -1 }, { replace: true }],
      ];
      for (const [fault, changes] of troubles) {
        trial.simulator.set([fault]);
        expect(await trial.rerunAll(changes), JSON.stringify(fault)).toMatchObject({ code: 0 });
        expect(trial.simulator.stats().byFault[fault.what]).toBeGreaterThan(1);
        expect(await trial.outcome(), JSON.stringify(fault)).toEqual(good);
      }
      expect(await trial.query(`select distinct error from sluice.asides a join sluice.sweeps s on s.uid = a.sweep_uid join sluice.datasets d on d.id = s.dataset_id where d.name = '${trial.dataset}' and error is not null order by 1`)).toEqual(
        ["continuation", "declared-absent", "declared-wrong", "ends-early", "holds-less", "quiet-host"].map((error) => ({ error })),
      );
    } finally {
      await trial.close();
    }
  });
});
