import { SpecError } from "../model/errors.ts";
import { nearest } from "../model/schema/nearest.ts";
import type { Database } from "../store/database.ts";
import { listDatasets, type Dataset } from "../store/datasets.ts";

/** The dataset of that name. @throws SpecError that says which there are */
export async function knownDataset(db: Database, name: string): Promise<Dataset> {
  const datasets = await listDatasets(db);
  const found = datasets.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  const names = datasets.map((dataset) => dataset.name);
  const meant = nearest(name, names);
  const hint = meant !== undefined ? `did you mean ${meant}?` : names.length === 0 ? "there is none yet" : `there are: ${names.join(", ")}`;
  throw new SpecError(`There is no dataset ${JSON.stringify(name)}; ${hint}`);
}
