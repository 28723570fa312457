import { Agent, request } from "undici";
import type { TargetState } from "../../../src/model/states.ts";
import type { Window } from "../../../src/model/window.ts";
import type { Expected } from "../../../src/simulate/expected.ts";
import type { Simulator } from "../../../src/simulate/server.ts";
import type { TimeForm } from "../../../src/simulate/wire-format.ts";

export type Query = <Row>(sql: string) => Promise<Row[]>;

/** One window of a dataset as its results stand in the views. */
export interface Outcome {
  readonly window: { readonly state: string; readonly targets: number; readonly settled: number } | null;
  readonly results: ReadonlyMap<string, { readonly state: TargetState; readonly error: string | null }>;
  /** Whatever is called settled and is not what the provider has, a sentence each. */
  readonly lies: readonly string[];
}

export interface OutcomeOf {
  readonly query: Query;
  readonly simulator: Pick<Simulator, "expected">;
  readonly dataset: string;
  readonly window: Window;
  readonly form: TimeForm;
}

export async function readOutcome({ query, simulator, dataset, window: { start, end }, form }: OutcomeOf): Promise<Outcome> {
  const ofWindow = `dataset = '${dataset}' and window_start = to_timestamp(${start})`;
  const [window = null] = await query<NonNullable<Outcome["window"]>>(`select state, targets, settled from sluice.windows where ${ofWindow}`);
  const rows = await query<{ target: string; state: TargetState; error: string | null; updates: string }>(
    `select target, state, error, updates from sluice.results where ${ofWindow}`,
  );
  const stored = await query<{ target: string; rows: string }>(`select target, count(*) as rows from sluice.observed where ${observedIn(dataset, { start, end })} group by target`);
  const rowsOf = new Map(stored.map(({ target, rows: count }) => [target, Number(count)]));
  const lies: string[] = [];
  for (const row of rows) {
    const expected = simulator.expected(row.target, { start, end }, form);
    const isSame = row.state === "ok" && (await observed(query, observedIn(dataset, { start, end }), row.target)) === textOf(expected.observations);
    lies.push(...lieOf({ ...row, rows: rowsOf.get(row.target) ?? 0, isSame }, expected));
  }
  return { window, results: new Map(rows.map((row) => [row.target, row])), lies };
}

/** The names on the provider's list. @param ca PEM, where it has a certificate of its own */
export async function listedBy(url: string, ca: string | undefined): Promise<string[]> {
  const dispatcher = new Agent({ connect: ca === undefined ? {} : { ca } });
  const { body } = await request(`${url}/data/ris-asns/data.json?list_asns=true&sourceapp=test`, { dispatcher });
  const { data } = (await body.json()) as { data: { asns: number[] } };
  await dispatcher.close();
  return data.asns.map((asn) => `AS${asn}`);
}

function observedIn(dataset: string, { start, end }: Window): string {
  return `dataset = '${dataset}' and at >= to_timestamp(${start}) and at < to_timestamp(${end})`;
}

async function observed(query: Query, ofWindow: string, target: string): Promise<string> {
  const rows = await query<{ row: string }>(
    `select extract(epoch from at)::bigint || ' ' || type || ' ' || updates as row from sluice.observed where ${ofWindow} and target = '${target}' order by at, type`,
  );
  return rows.map(({ row }) => row).join();
}

function textOf(observations: Expected["observations"]): string {
  return observations.map(({ at, type, updates }) => `${at} ${type} ${updates}`).join();
}

interface StoredResult {
  readonly target: string;
  readonly state: TargetState;
  readonly updates: string;
  readonly rows: number;
  /** Each row is what the provider has. */
  readonly isSame: boolean;
}

function lieOf({ target, state, updates, rows, isSame }: StoredResult, expected: Expected): string[] {
  const truths: Readonly<Record<TargetState, boolean>> = {
    ok: Number(updates) === expected.updates && expected.updates > 0 && isSame,
    empty: !expected.refused && expected.updates === 0 && rows === 0,
    rejected: expected.refused && rows === 0,
    suspect: rows === 0,
    mismatch: rows === 0,
    failed: rows === 0,
  };
  return truths[state] ? [] : [`${target} is ${state} with ${updates} updates in ${rows} rows; the provider ${expected.refused ? "refuses it" : `has ${expected.updates}`}`];
}
