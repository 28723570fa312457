import type { ResolvedSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "../store/database.ts";
import { findDataset } from "../store/datasets.ts";
import { heldRetention, heldText, shortenRetention } from "../store/retention.ts";
import type { Cli } from "./main.ts";

/**
 * Asks before a retention that became shorter drops windows. Unless it is confirmed the sweeps go on and the windows stay: prepare says so,
 * also to a run by cron, which has no terminal and must not stop for a question.
 *
 * @param now by the clock of Postgres
 */
export async function confirmRetentions(cli: Pick<Cli, "question" | "stderr">, specs: readonly ResolvedSpec[], { db, yes, now }: { readonly db: Database; readonly yes: boolean; readonly now: EpochSeconds }): Promise<void> {
  for (const [, [spec]] of Map.groupBy(specs, ({ dataset, retentionSeconds }) => `${dataset} ${retentionSeconds}`)) {
    const held = await heldRetention(db, await findDataset(db, spec!.dataset), spec!.retentionSeconds, now);
    if (held === null || (!yes && !(await isConfirmed(cli, `${heldText(held)}. Drop them for good? [y/N] `)))) continue;
    await shortenRetention(db, held.dataset.id, spec!.retentionSeconds);
    cli.stderr.write(`${heldText(held)}, and will be dropped.\n`);
  }
}

async function isConfirmed({ question }: Pick<Cli, "question">, text: string): Promise<boolean> {
  return question !== null && /^y(es)?$/i.test((await question(text)).trim());
}
