import type { Migration } from "./migration.ts";

/** So that an answer that fails again and again in the same way is not asked in every pass. Only expands the schema. */
export const repeats: Migration = {
  number: 4,
  name: "repeats",
  sql: `
-- How many times in a row this sweep got the same failure again, word for word and number for number, some time after the one before.
alter table sluice.target_results add column if not exists repeats integer not null default 0;
`,
};
