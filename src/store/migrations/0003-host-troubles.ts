import type { Migration } from "./migration.ts";

/**
 * What every process can say while it waits for a host: since when, and what the host answered last. Nothing is decided by these columns,
 * so programs of the version before may leave them empty. Only expands the schema.
 */
export const hostTroubles: Migration = {
  number: 3,
  name: "host troubles",
  sql: `
-- When the present pause began, or the last one.
alter table sluice.hosts add column if not exists paused_at timestamptz;

-- What the last request met that the provider failed or throttled, in a sentence.
alter table sluice.hosts add column if not exists last_error text;

-- When that was.
alter table sluice.hosts add column if not exists last_error_at timestamptz;
`,
};
