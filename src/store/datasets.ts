import { SpecError } from "../model/errors.ts";
import type { Database, Transaction } from "./database.ts";

export type DatasetId = number;

/** What a dataset keeps for good: its grid, and what is asked and matched. The retention may change: see openDataset and retention.ts. */
interface DatasetIdentity {
  readonly name: string;
  readonly everySeconds: number;
  /** A hash of `fingerprintText`. */
  readonly fingerprint: string;
  /** The text that was hashed, for people: one "field: value" per line. */
  readonly fingerprintText: string;
  readonly retentionSeconds: number;
}

export interface Dataset extends DatasetIdentity {
  readonly id: DatasetId;
}

/**
 * Returns the dataset's id and creates the dataset if it is new. While no window of it has been planned, another grid or
 * fingerprint is taken over: no stored data can disagree with it. A longer retention is taken over, a shorter one is not: it drops data.
 * @throws SpecError for another grid or fingerprint after that
 */
export async function openDataset(tx: Transaction, wanted: DatasetIdentity): Promise<DatasetId> {
  await tx.query(
    `insert into sluice.datasets (name, every_seconds, fingerprint, fingerprint_text, retention_seconds)
     select $1, $2, $3, $4, $5 where not exists (select from sluice.datasets where name = $1) on conflict do nothing`,
    [wanted.name, wanted.everySeconds, wanted.fingerprint, wanted.fingerprintText, wanted.retentionSeconds],
  );
  const there = (await readDatasets(tx, "where name = $1", [wanted.name]))[0]!;
  if (there.everySeconds !== wanted.everySeconds || there.fingerprint !== wanted.fingerprint) {
    if (!(await takesOn(tx, there.id, wanted))) refuseOther(there, wanted);
  }
  if (there.retentionSeconds < wanted.retentionSeconds) {
    await tx.query("update sluice.datasets set retention_seconds = greatest(retention_seconds, $2) where id = $1", [there.id, wanted.retentionSeconds]);
  }
  return there.id;
}

async function takesOn(tx: Transaction, id: DatasetId, wanted: DatasetIdentity): Promise<boolean> {
  const rows = await tx.query(
    `update sluice.datasets set every_seconds = $2, fingerprint = $3, fingerprint_text = $4
     where id = $1 and not exists (select from sluice.window_plans where dataset_id = $1) returning 1`,
    [id, wanted.everySeconds, wanted.fingerprint, wanted.fingerprintText],
  );
  return rows.length > 0;
}

export async function listDatasets(db: Database): Promise<readonly Dataset[]> {
  return readDatasets(db, "order by name", []);
}

export async function findDataset(on: Pick<Transaction, "query">, name: string): Promise<Dataset | null> {
  return (await readDatasets(on, "where name = $1", [name]))[0] ?? null;
}

function readDatasets(on: Pick<Transaction, "query">, where: string, params: readonly unknown[]): Promise<Dataset[]> {
  return on.query<Dataset>(
    `select id, name, every_seconds as "everySeconds", fingerprint, fingerprint_text as "fingerprintText",
       retention_seconds as "retentionSeconds" from sluice.datasets ${where}`,
    params,
  );
}

/** @throws SpecError if `wanted` has another grid or fingerprint */
export function refuseOther(there: DatasetIdentity, wanted: DatasetIdentity): void {
  const differences: string[] = [];
  if (there.everySeconds !== wanted.everySeconds) differences.push(`its windows are ${there.everySeconds} s long, not ${wanted.everySeconds} s`);
  if (there.fingerprint !== wanted.fingerprint) differences.push(otherLines(there.fingerprintText, wanted.fingerprintText));
  if (differences.length === 0) return;
  throw new SpecError(`The dataset ${wanted.name} exists and differs: ${differences.join("; ")}. A dataset keeps its windows, its request and its pattern: name a new dataset.`);
}

function otherLines(there: string, wanted: string): string {
  const lines = wanted.split("\n");
  const before = there.split("\n");
  const at = lines.findIndex((line, index) => line !== before[index]);
  if (at === -1) return before.length > lines.length ? `it has "${cut(before[lines.length]!)}"` : "its fingerprint differs";
  return `it has "${cut(before[at] ?? "")}", not "${cut(lines[at]!)}"`;
}

const LONGEST_LINE = 250;

/** The advice after the line must not be lost where the sentence is cut, as in a termination message. */
function cut(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}
