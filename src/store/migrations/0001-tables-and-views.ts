import type { Migration } from "./migration.ts";

/**
 * The first shape of everything. The four views at the end are the contract with everyone outside; the tables are ours.
 *
 * - No foreign keys on partitioned tables: ATTACH would wait for writers.
 * - The states are literals here, not built from STATES and SETTLED: a migration is the text that existing databases
 *   have run. If it followed the constants, a change of them would reach new databases only, and two databases of the
 *   same step would count differently. Such a change needs a migration of its own; a test of the views fails until it has one.
 * - `sluice.asides` holds what the code calls superseded answers. It keeps its name: workers of the version before write
 *   to it while this version's schema is in place, and a rename would make their commits fail.
 */
export const tablesAndViews: Migration = {
  number: 1,
  name: "tables and views",
  sql: `
create table if not exists sluice.datasets (
  id integer generated always as identity primary key,
  name text not null unique,
  every_seconds integer not null,
  fingerprint text not null,
  fingerprint_text text not null,
  retention_seconds bigint not null,
  created_at timestamptz not null default now()
);
create table if not exists sluice.targets (
  id integer generated always as identity primary key,
  name text not null unique
);
create table if not exists sluice.types (
  id smallint generated always as identity primary key,
  name text not null unique
);

-- One row a window that was ever planned: its targets (sorted ids), and its totals once it was tallied.
create table if not exists sluice.window_plans (
  dataset_id integer not null references sluice.datasets,
  window_start timestamptz not null,
  window_end timestamptz not null,
  targets integer[] not null,
  listed integer not null,
  source_hash text not null,
  at_least double precision not null default 1,
  tallied boolean not null default false,
  ok integer, empty integer, rejected integer, suspect integer, mismatch integer, failed integer, missing integer,
  updates bigint,
  first_asked timestamptz,
  last_asked timestamptz,
  primary key (dataset_id, window_start)
);

create table if not exists sluice.sweeps (
  uid uuid primary key,
  dataset_id integer not null references sluice.datasets,
  namespace text not null,
  name text not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  spec jsonb not null,
  selected integer[],
  canary_taken_at timestamptz,
  canary_good_at timestamptz,
  canary_well_at timestamptz,
  canary_ill boolean not null default false,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  verdict text,
  totals jsonb
);
create index if not exists sweeps_window on sluice.sweeps (dataset_id, window_start);

-- Append only but for who works on it (incarnation, claimed_at) and what it was asking when it last told (asked).
create table if not exists sluice.batches (
  sweep_uid uuid not null references sluice.sweeps on delete cascade,
  number integer not null,
  pass integer not null,
  round integer not null,
  memory_bytes bigint not null,
  targets integer[] not null,
  incarnation integer not null default 0,
  asked integer[] not null default '{}',
  claimed_at timestamptz,
  primary key (sweep_uid, number)
);

create table if not exists sluice.target_results (
  dataset_id integer not null,
  window_start timestamptz not null,
  target_id integer not null,
  state text not null,
  updates bigint not null,
  outside bigint not null,
  declared bigint,
  bytes bigint not null,
  wire_bytes bigint not null,
  attempts integer not null,
  error text,
  detail text,
  http_status integer,
  query_id text,
  sweep_uid uuid not null,
  batch integer not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (dataset_id, window_start, target_id)
) partition by list (dataset_id);

-- Answers that did not replace a settled one.
create table if not exists sluice.asides (
  sweep_uid uuid not null references sluice.sweeps on delete cascade,
  batch integer not null,
  target_id integer not null,
  state text not null,
  updates bigint not null,
  outside bigint not null,
  declared bigint,
  bytes bigint not null,
  wire_bytes bigint not null,
  attempts integer not null,
  error text,
  detail text,
  http_status integer,
  query_id text,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  primary key (sweep_uid, batch, target_id)
);

create table if not exists sluice.observations (
  dataset_id integer not null,
  target_id integer not null,
  at timestamptz not null,
  type_id smallint not null,
  updates integer not null
) partition by list (dataset_id);
create index if not exists observations_target_at on sluice.observations (target_id, at);
create index if not exists observations_at on sluice.observations using brin (at);

create table if not exists sluice.hourly_sums (
  dataset_id integer not null,
  target_id integer not null,
  window_start timestamptz not null,
  hour timestamptz not null,
  type_id smallint not null,
  updates bigint not null
) partition by list (dataset_id);
create index if not exists hourly_sums_target_hour on sluice.hourly_sums (target_id, hour);

create table if not exists sluice.hosts (
  name text primary key,
  paused_until timestamptz,
  pause_reason text,
  ill_since timestamptz,
  probe_at timestamptz,
  recent text not null default ''
) with (fillfactor = 50);

create table if not exists sluice.slots (
  process uuid primary key,
  host text not null,
  sweep_uid uuid not null,
  wanted integer not null,
  held integer not null,
  in_flight integer not null,
  priority bigint not null,
  lim integer not null,
  waiting_since timestamptz not null,
  expires timestamptz not null
) with (fillfactor = 50);

-- The last transaction that each connection committed: how the unknown outcome of a COMMIT is looked up.
create table if not exists sluice.commits (
  connection uuid primary key,
  number bigint not null,
  at timestamptz not null default now()
) with (fillfactor = 50);

-- What a Sweep's object is on Kubernetes, for sweeps that are driven from one machine.
create table if not exists sluice.driven_sweeps (
  uid uuid primary key,
  namespace text not null,
  name text not null,
  dataset text not null,
  window_start timestamptz not null,
  status jsonb not null,
  version integer not null default 0,
  driver_token uuid,
  driver_host text,
  driver_pid integer,
  driver_pid_started text,
  driver_expires timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index if not exists driven_sweeps_unfinished on sluice.driven_sweeps (dataset, window_start) where finished_at is null;

create or replace view sluice.observed as
  select d.name as dataset, t.name as target, o.at, y.name as type, o.updates
  from sluice.observations o
  join sluice.datasets d on d.id = o.dataset_id
  join sluice.targets t on t.id = o.target_id
  join sluice.types y on y.id = o.type_id;

create or replace view sluice.hourly as
  select d.name as dataset, t.name as target, h.hour, y.name as type, h.updates
  from sluice.hourly_sums h
  join sluice.datasets d on d.id = h.dataset_id
  join sluice.targets t on t.id = h.target_id
  join sluice.types y on y.id = h.type_id;

create or replace view sluice.results as
  select d.name as dataset, r.window_start, r.window_start + d.every_seconds * interval '1 second' as window_end,
    t.name as target, r.state, r.updates, r.declared, r.bytes, r.attempts, r.error, r.http_status, r.query_id,
    r.sweep_uid, s.name as sweep, s.namespace, r.started_at, r.finished_at
  from sluice.target_results r
  join sluice.datasets d on d.id = r.dataset_id
  join sluice.targets t on t.id = r.target_id
  left join sluice.sweeps s on s.uid = r.sweep_uid;

-- A plan's totals: the stored ones where they stand, else counted now, so that nobody has to have the last word.
create or replace view sluice.window_totals as
  select p.dataset_id, p.window_start, n.*
  from sluice.window_plans p
  cross join lateral (
    select p.ok, p.empty, p.rejected, p.suspect, p.mismatch, p.failed, p.missing, p.updates, p.first_asked, p.last_asked
    where p.tallied
    union all
    select
      (count(*) filter (where r.state = 'ok'))::integer,
      (count(*) filter (where r.state = 'empty'))::integer,
      (count(*) filter (where r.state = 'rejected'))::integer,
      (count(*) filter (where r.state = 'suspect'))::integer,
      (count(*) filter (where r.state = 'mismatch'))::integer,
      (count(*) filter (where r.state = 'failed'))::integer,
      (cardinality(p.targets) - count(r.state))::integer,
      coalesce(sum(r.updates) filter (where r.state = 'ok'), 0)::bigint,
      min(r.started_at),
      max(r.finished_at)
    from unnest(p.targets) as planned (id)
    join sluice.target_results r on r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id
    where not p.tallied
    having not p.tallied
  ) n;

create or replace view sluice.windows as
  select d.name as dataset, p.window_start, p.window_end,
    case
      when n.ok + n.empty + n.rejected = cardinality(p.targets) then 'complete'
      when n.ok + n.empty + n.rejected >= p.at_least * cardinality(p.targets) then 'usable'
      else 'incomplete'
    end as state,
    cardinality(p.targets) as targets, n.ok + n.empty + n.rejected as settled,
    n.suspect, n.mismatch, n.failed, n.missing, n.updates, n.first_asked, n.last_asked
  from sluice.window_plans p
  join sluice.datasets d on d.id = p.dataset_id
  join sluice.window_totals n on n.dataset_id = p.dataset_id and n.window_start = p.window_start;
`,
};
