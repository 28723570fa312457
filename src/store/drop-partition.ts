import pg from "pg";
import { SurroundingsError } from "../model/errors.ts";
import type { Database } from "./database.ts";
import { attachmentOf } from "./partitions.ts";

const DETACH_SECONDS = 10;
const OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

/**
 * Drops a partition without blocking anybody: detached concurrently, which waits for who still looks at the parent,
 * then dropped. False where somebody looked for too long; it can be called again at any time and goes on from there.
 */
export async function dropPartition(db: Database, parent: string, name: string): Promise<boolean> {
  const before = await attachmentOf(db, name);
  if (before === "absent") return true;
  if (before === "attached") await detach(db, `alter table sluice.${parent} detach partition sluice.${name} concurrently`);
  if (before === "detaching") await detach(db, `alter table sluice.${parent} detach partition sluice.${name} finalize`);
  if ((await attachmentOf(db, name)) !== "detached") return false;
  await db.query(`drop table if exists sluice.${name}`);
  return true;
}

/** Whether it worked is asked afterwards: what is left half done is finished next time. */
async function detach(db: Database, sql: string): Promise<void> {
  try {
    await db.query(sql, undefined, { timeoutSeconds: DETACH_SECONDS });
  } catch (error) {
    const stillWaiting = error instanceof SurroundingsError || (error instanceof pg.DatabaseError && error.code === OBJECT_NOT_IN_PREREQUISITE_STATE);
    if (!stillWaiting) throw error;
  }
}
