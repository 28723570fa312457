import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../../cluster/cluster.ts";
import { command } from "../../cluster/command.ts";
import { CHART } from "../../support/kube/rendered-chart.ts";
import { ROOT } from "../../support/root.ts";
import { IMAGE } from "./image.ts";

const NEXT = "0.2.0";

/** The next version, for upgrades to it. */
export interface NextVersion {
  readonly version: string;
  readonly image: string;
  /** The chart's values that name it. */
  readonly values: object;
  /** The folder of its chart, whose definitions differ too. */
  readonly chart: string;
  /** The number of its last migration: ours and one more. */
  readonly migration: number;
  remove(): Promise<void>;
}

/** Changes what running batches write, so that both wait for each other: columns, a view with one of them, and an index. */
const MIGRATION = `import type { Migration } from "./migration.ts";

export const notes: Migration = {
  number: 0,
  name: "notes",
  sql: \`
alter table sluice.target_results add column if not exists note text;
alter table sluice.batches add column if not exists note text not null default '';
alter table sluice.observations add column if not exists source smallint;
update sluice.sweeps set created_at = created_at;
create index if not exists target_results_noted on sluice.target_results (target_id) where note is not null;
\`,
};
`;

/** Builds it from the current sources, and loads its image into the cluster. */
export async function makeNextVersion(cluster: Cluster): Promise<NextVersion> {
  // Inside the project, where its packages are found.
  const folder = await mkdtemp(path.join(ROOT, "dist-test-next-"));
  const at = (name: string): string => path.join(folder, name);
  try {
    await cp(path.join(ROOT, "src"), at("src"), { recursive: true });
    await cp(CHART, at("chart"), { recursive: true });
    await cp(path.join(ROOT, "package.json"), at("package.json"));
    await change(at("package.json"), /"version": ".*"/, `"version": "${NEXT}"`);
    const migration = await addMigration(at("src/store"));
    await command(process.execPath, ["--import", `data:text/javascript,process.chdir(${JSON.stringify(folder)})`, at("src/bin/build.ts"), at("programs")]);

    await change(at("chart/Chart.yaml"), /^(version|appVersion): .*$/gm, `$1: "${NEXT}"`);
    for (const name of await readdir(at("chart/templates/crds"))) await change(at(`chart/templates/crds/${name}`), /"schema" "[0-9a-f]+"/, '"schema" "later"');

    const image = `${IMAGE.replace(/:.*/, "")}:${NEXT}`;
    await command(fileURLToPath(new URL("../../cluster/layer.sh", import.meta.url)), [IMAGE, at("programs"), image, at("image.tar")]);
    await cluster.loadImage(at("image.tar"));
    return { version: NEXT, image, values: { image: { registry: "localhost", repository: "sluice", tag: NEXT } }, chart: at("chart"), migration, remove: () => rm(folder, { recursive: true }) };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** @returns its number */
async function addMigration(store: string): Promise<number> {
  const before = (await readdir(path.join(store, "migrations"))).length;
  await writeFile(path.join(store, "migrations/next.ts"), MIGRATION.replace("number: 0", `number: ${before + 1}`));
  await change(path.join(store, "migrate.ts"), /(const MIGRATIONS: .*)\];/, "$1, notes];");
  await change(path.join(store, "migrate.ts"), /^/, 'import { notes } from "./migrations/next.ts";\n');
  return before + 1;
}

async function change(file: string, what: RegExp, into: string): Promise<void> {
  const text = await readFile(file, "utf8");
  if (text.search(what) < 0) throw new Error(`${file} has nothing like ${String(what)}.`);
  await writeFile(file, text.replace(what, into));
}
