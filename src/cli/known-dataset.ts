import { SpecError } from "../model/errors.ts";
import { nearest } from "../model/schema/explain.ts";
import type { Database } from "../store/database.ts";
import { listDatasets, type Dataset } from "../store/datasets.ts";
import { readDatasets } from "./read-status.ts";

/** The dataset of that name. @throws SpecError if there is none; it lists the names */
export async function knownDataset(db: Database, name: string): Promise<Dataset> {
  const datasets = await listDatasets(db);
  return datasets.find((dataset) => dataset.name === name) ?? refuse(name, datasets.map((dataset) => dataset.name));
}

/** The same check for a database role that may only read the views. @throws SpecError */
export async function checkDataset(db: Database, name: string): Promise<void> {
  const rows = await readDatasets(db);
  const names = rows.map(({ dataset }) => dataset);
  if (!names.includes(name)) refuse(name, names);
}

function refuse(name: string, names: readonly string[]): never {
  const meant = nearest(name, names);
  const hint = meant !== undefined ? `did you mean ${meant}?` : names.length === 0 ? "there are no datasets yet" : `known: ${names.join(", ")}`;
  throw new SpecError(`There is no dataset ${JSON.stringify(name)}; ${hint}`);
}
