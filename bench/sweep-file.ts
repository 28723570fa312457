import { writeFile } from "node:fs/promises";
import path from "node:path";

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Writes a CronSweep against a simulated RIPEstat into `folder`: defaults, overridden by `sections`. JSON is YAML too. */
export async function writeSweep(folder: string, name: string, baseUrl: string, sections: Sections): Promise<string> {
  const spec = { provider: { name: "ripestat", sourceapp: "bench", baseUrl }, window: { every: "24h" }, ...sections };
  const document = { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", metadata: { name }, spec: { schedule: "@daily", sweepTemplate: { spec } } };
  const file = path.join(folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(document, null, 2));
  return file;
}
