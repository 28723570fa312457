import type { Database } from "./database.ts";

/** Ids never change, so a process reads each once. */
const KNOWN = new WeakMap<Database, Map<string, number>>();

/**
 * The ids of types by name; new names get an id, and are left out if there is none any more: an id is a smallint. It must not run in a
 * transaction: a rollback would leave cached ids that do not exist.
 */
export async function typeIds(db: Database, names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const known = KNOWN.get(db) ?? new Map<string, number>();
  KNOWN.set(db, known);
  const unknown = [...names].filter((name) => !known.has(name)).sort();
  if (unknown.length === 0) return known;
  const stored = unknown.map(storable);
  await insertTypes(db, stored);
  const rows = await db.query<{ id: number; name: string }>("select id, name from sluice.types where name = any($1)", [stored]);
  const ids = new Map(rows.map((row) => [row.name, row.id]));
  for (const name of unknown) {
    const id = ids.get(storable(name));
    if (id !== undefined) known.set(name, id);
  }
  return known;
}

/** Without a new id, Postgres inserts none of them. */
async function insertTypes(db: Database, names: readonly string[]): Promise<void> {
  try {
    await db.query(
      `insert into sluice.types (name) select distinct n.name from unnest($1::text[]) as n (name)
       where not exists (select from sluice.types y where y.name = n.name) order by n.name on conflict do nothing`,
      [names],
    );
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "2200H")) throw error;
  }
}

/** Postgres stores neither U+0000 nor half a surrogate pair; a provider's text may contain both. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
