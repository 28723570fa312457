import type { ResolvedSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "../store/database.ts";
import { type DatasetId, findDataset } from "../store/datasets.ts";
import { heldRetention, heldText, shortenRetention } from "../store/retention.ts";
import type { Cli } from "./main.ts";

interface Held {
  readonly datasetId: DatasetId;
  /** What would be dropped, without the full stop. */
  readonly text: string;
}

/** What a spec's retention would drop that its dataset's keeps; null if nothing. @param now by the clock of Postgres */
export async function heldBy(db: Database, spec: Pick<ResolvedSpec, "dataset" | "retentionSeconds">, now: EpochSeconds): Promise<Held | null> {
  const dataset = await findDataset(db, spec.dataset);
  const held = dataset === null ? null : await heldRetention(db, dataset, spec.retentionSeconds, now);
  return dataset === null || held === null ? null : { datasetId: dataset.id, text: heldText(spec.dataset, held) };
}

/**
 * Asks before a retention that became shorter drops windows. Unless it is confirmed the sweeps go on and the windows stay: prepare says so,
 * also to a run by cron, which has no terminal and must not stop for a question.
 *
 * @param now by the clock of Postgres
 */
export async function confirmRetentions(cli: Pick<Cli, "question" | "stderr">, specs: readonly ResolvedSpec[], { db, yes, now }: { readonly db: Database; readonly yes: boolean; readonly now: EpochSeconds }): Promise<void> {
  for (const [, [spec]] of Map.groupBy(specs, ({ dataset, retentionSeconds }) => `${dataset} ${retentionSeconds}`)) {
    const held = await heldBy(db, spec!, now);
    if (held === null || (!yes && !(await isConfirmed(cli, `${held.text}. Drop them for good? [y/N] `)))) continue;
    await shortenRetention(db, held.datasetId, spec!.retentionSeconds);
    cli.stderr.write(`${held.text}, and will be dropped.\n`);
  }
}

async function isConfirmed({ question }: Pick<Cli, "question">, text: string): Promise<boolean> {
  return question !== null && /^y(es)?$/i.test((await question(text)).trim());
}
