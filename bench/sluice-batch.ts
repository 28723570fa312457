import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { sweepsToRun } from "../src/cli/choose-windows.ts";
import { documentsOf } from "../src/cli/sweep-files.ts";
import { nodeFlagsFor } from "../src/decide/sweep/process-memory.ts";
import type { PrepareTask } from "../src/model/tasks.ts";
import { runClient } from "./client-run.ts";
import { query, type Databases } from "./databases.ts";
import { AT_ONCE, type Peer } from "./peer.ts";
import type { Programs } from "./programs.ts";
import { DAY, type Serving } from "./serving.ts";
import { writeSweep } from "./sweep-file.ts";

/** The default memory limit of a batch. */
const LIMIT_BYTES = 128 * 2 ** 20;

/** The worker's batch program as a sweep runs it, from the claim to the committed rows. Prepare, once for a sweep, is not counted. */
export function sluiceBatch({ worker }: Programs, databases: Databases, folder: string): Peer {
  return {
    name: "sluice",
    run: (serving) =>
      databases.withFresh(async (database) => {
        const env = {
          DATABASE_URL: database,
          SLUICE_MESSAGE_FILE: path.join(folder, "message.json"),
          SLUICE_MEMORY_BYTES: String(LIMIT_BYTES),
          NODE_EXTRA_CA_CERTS: serving.caFile ?? undefined,
        };
        const task = await prepareTask(serving, folder);
        const taskFile = path.join(folder, "task.json");
        await writeFile(taskFile, JSON.stringify(task));
        const node = [process.execPath, ...nodeFlagsFor(LIMIT_BYTES), worker];
        await runClient([...node, "prepare", taskFile], env);
        const run = await runClient([...node, "batch", task.identity.uid, "0"], env);
        const [stored] = await query<{ sum: string | null }>(database, "select sum(updates) from sluice.observed");
        return { ...run, matches: Number(stored!.sum) };
      }),
  };
}

async function prepareTask({ protocol, baseUrl, targets }: Serving, folder: string): Promise<PrepareTask> {
  const file = await writeSweep(folder, "large", baseUrl, {
    targets: { list: targets },
    request: { compression: protocol === "HTTPS and gzip" ? ["gzip"] : [] },
    host: { inFlight: AT_ONCE },
    batch: { concurrency: AT_ONCE },
  });
  const [wanted] = sweepsToRun(await documentsOf([file]), { window: DAY.name }, Math.floor(Date.now() / 1000));
  const { namespace, name, spec } = wanted!;
  return { identity: { uid: randomUUID(), namespace, name }, spec, place: { pass: 1, round: 1, outOfMemory: [] } };
}
