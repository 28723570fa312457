import type { Migration } from "./migration.ts";

/**
 * So that an answer that fails again and again in the same way is not asked in every pass. Only expands the schema.
 *
 * A worker of the version before writes results without the column: a new result counts from zero, and one that is overwritten keeps
 * its count. At worst a target is left out of a pass that would have been asked, and the next sweep asks it.
 *
 * The table is partitioned by dataset. A partition that is made later is made like its parent, with the column.
 */
export const repeats: Migration = {
  number: 4,
  name: "repeats",
  sql: `
-- How many times in a row this sweep got the same failure again: word for word and number for number, in another batch, and some time
-- after the one before. A result of another sweep, and any other failure, count from zero again.
-- A constant default needs no rewrite of the table, so this holds its lock for a moment only.
alter table sluice.target_results add column if not exists repeats integer not null default 0;
`,
};
