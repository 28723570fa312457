import type { Migration } from "./migration.ts";

/** For the report: what the batches of a sweep did over time, and which of them ran out of memory. Only expands the schema. */
export const samples: Migration = {
  number: 2,
  name: "samples",
  sql: `
-- What a batch did in some seconds, until they ended. Nothing is decided by it.
create table if not exists sluice.samples (
  sweep_uid uuid not null references sluice.sweeps on delete cascade,
  batch integer not null,
  incarnation integer not null,
  began timestamptz not null,
  ended timestamptz not null,
  -- The mean number of requests in flight.
  in_flight real not null,
  -- The host's, at the end.
  slots_limit integer not null,
  requests integer not null,
  retries integer not null,
  -- Whose results were committed, and how many of them are settled.
  targets integer not null,
  settled integer not null,
  rows bigint not null,
  wire_bytes bigint not null,
  text_bytes bigint not null,
  -- Of the batch, from its beginning.
  anon_peak bigint not null,
  primary key (sweep_uid, batch, incarnation, began)
);

-- Set by the prepare that is told of it.
alter table sluice.batches add column if not exists out_of_memory boolean not null default false;
`,
};
