import type { Transaction } from "./database.ts";

/** The ids of names, in their order; names never seen before get one. */
export async function targetIds(tx: Transaction, names: readonly string[]): Promise<number[]> {
  // Only what is missing is inserted: a conflict would burn an id too. In the order of names, so that two lists cannot deadlock.
  await tx.query(
    `insert into sluice.targets (name)
     select distinct n.name from unnest($1::text[]) as n (name)
     where not exists (select from sluice.targets t where t.name = n.name) order by n.name
     on conflict do nothing`,
    [names],
  );
  const rows = await tx.query<{ id: number }>(
    `select t.id from unnest($1::text[]) with ordinality as n (name, place) join sluice.targets t on t.name = n.name order by n.place`,
    [names],
  );
  return rows.map((row) => row.id);
}
