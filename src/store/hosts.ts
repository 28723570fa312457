import type { SlotRow } from "../model/slot-row.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import { pausedWait, unhealthyWait, type Wait } from "../model/wait.ts";
import { storable } from "./types.ts";

/** The state of a host, shared by all processes that ask it. */
interface HostState {
  /** By the database's clock. */
  readonly now: EpochSeconds;
  /** How long the pause still lasts; 0 without one. */
  readonly pausedSeconds: number;
  readonly pauseReason: string | null;
  /** Since the last pause ended or the circuit closed, for the ramp; negative while a pause lasts, null if there was none. */
  readonly secondsSincePauseEnded: number | null;
  /** Since when the pause lasts; null without one. */
  readonly pausedSince: EpochSeconds | null;
  /**
   * While the circuit is open, only the process that may probe sends a request. Since when it is open, and when the last probe was sent;
   * before the first, when it opened. Null while it is closed.
   */
  readonly circuit: { readonly since: EpochSeconds; readonly probedAt: EpochSeconds } | null;
  /** What the last request met that the provider failed or throttled; null if none is known. */
  readonly lastError: string | null;
  /** The last 100 outcomes, oldest first: "x" for the provider's own error, "." for any other. */
  readonly recent: string;
}

/** Pauses the host for every process. A pause that already lasts longer stays. @param error what the provider answered */
export async function pauseHost(db: Database, host: string, seconds: number, reason: string, error: string): Promise<void> {
  await db.query(
    `insert into sluice.hosts as h (name, paused_until, pause_reason, paused_at, last_error, last_error_at) values ($1, now() + $2 * interval '1 second', $3, now(), $4, now())
     on conflict (name) do update set paused_until = greatest(h.paused_until, excluded.paused_until),
       pause_reason = case when h.paused_until >= excluded.paused_until then h.pause_reason else excluded.pause_reason end,
       paused_at = case when h.paused_until > now() then coalesce(h.paused_at, now()) else now() end,
       last_error = excluded.last_error, last_error_at = excluded.last_error_at`,
    [host, seconds, reason, storable(error)],
  );
}

/** Whether this process may send the probe that decides whether the circuit closes: one process may, each `everySeconds`. */
export async function takeProbe(db: Database, host: string, everySeconds: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query(
      `update sluice.hosts set probe_at = now()
       where name = $1 and ill_since is not null and (probe_at is null or probe_at <= now() - $2 * interval '1 second') returning 1`,
      [host, everySeconds],
    );
    return rows.length > 0;
  });
}

/** The first probe is due after the usual interval: the errors that opened the circuit were probes enough. */
export async function openCircuit(db: Database, host: string): Promise<void> {
  await db.query(
    `insert into sluice.hosts as h (name, ill_since, probe_at) values ($1, now(), now())
     on conflict (name) do update set ill_since = now(), probe_at = now() where h.ill_since is null`,
    [host],
  );
}

/** Forgets the errors that opened the circuit; the ramp follows as after a pause. */
export async function closeCircuit(db: Database, host: string): Promise<void> {
  await db.query(
    `update sluice.hosts set ill_since = null, probe_at = null, recent = '', paused_until = greatest(paused_until, now()),
       pause_reason = case when paused_until > now() then pause_reason else 'illness' end
     where name = $1 and ill_since is not null`,
    [host],
  );
}

/** Shares a host's limit among its processes: how many slots each should hold, by process. Pure. */
type ShareRule = (limit: number, rows: readonly SlotRow[]) => ReadonlyMap<string, number>;

/** Lowers a limit to what the host's present state allows. Pure. */
type LimitRule = (limit: number, host: HostState) => number;

/** What a process reports when it renews its slots. */
export interface SlotRequest {
  /** A UUID. */
  readonly process: string;
  readonly host: string;
  readonly uid: string;
  /** The batch whose `asked` is updated; absent in a process without one (prepare). */
  readonly batch?: number;
  readonly wanted: number;
  readonly inFlight: number;
  /** The start of its window. */
  readonly priority: EpochSeconds;
  /** How many requests its spec lets the host have in flight; the lowest limit of all processes counts. */
  readonly limit: number;
  readonly leaseSeconds: number;
  /** Answers since the last renewal, oldest first: "x" for the provider's own error, "." for any other. */
  readonly outcomes: string;
  /** What the last of these met that was the provider's own error; null if none was. */
  readonly lastError: string | null;
  /** Ids of the targets in flight. */
  readonly asked: readonly number[];
}

/** The result of a renewal: what the process's row in sluice.slots holds, and how many of it the process may use. */
interface SlotRenewal {
  /** As in the row: slots that no other process can take. Never fewer than are in flight. */
  readonly held: number;
  /** How many requests may be in flight from now on. If more are, none may follow one that finishes, or the others would wait for ever. */
  readonly allowed: number;
  /** The host's present limit, for all processes together. */
  readonly limit: number;
  /** The names of other sweeps that hold slots. */
  readonly holders: readonly string[];
  readonly host: HostState;
}

/**
 * Renews a process's slots of a host, in one transaction under the lock of the host's row. The number of held slots rises
 * only while the sum over all processes stays within the limit, and never falls below the requests in flight: the sum
 * falls as requests finish. The lease counts from the start of the transaction, not from when the lock was obtained, so
 * a process that counts from sending its renewal never relies on its slots for longer than the database reserves them.
 */
export async function renewSlots(db: Database, me: SlotRequest, share: ShareRule, limitNow: LimitRule = (limit) => limit): Promise<SlotRenewal> {
  return db.transaction(async (tx) => {
    const host = await lockHost(tx, me);
    await tx.query("delete from sluice.slots where host = $1 and expires <= now()", [me.host]);
    const there = await readSlots(tx, me.host);
    const others = there.filter((row) => row.process !== me.process);
    const mine = there.find((row) => row.process === me.process);
    const limit = limitNow(Math.min(me.limit, ...others.map((row) => row.limit)), host.state);
    const ofOthers = others.reduce((sum, row) => sum + row.held, 0);
    // Without a row the lease has ended and the requests in flight under it were aborted: others may hold those slots by now.
    const { held: before, inFlight } = mine === undefined ? { held: 0, inFlight: 0 } : { held: mine.held, inFlight: me.inFlight };
    const row = { process: me.process, wanted: me.wanted, held: before, inFlight, priority: me.priority, waitingSince: mine?.waitingSince ?? host.now };
    const due = share(limit, [...others, row]).get(me.process) ?? 0;
    // After the limit has fallen, each process that renews gives up the excess, even from its own share: if each kept its share, none would give way.
    const held = Math.max(inFlight, Math.min(due, limit - ofOthers));
    await writeSlot(tx, { ...me, inFlight }, held);
    if (me.batch !== undefined) await markAsked(tx, me.uid, me.batch, me.asked);
    return { held, allowed: Math.max(0, Math.min(due, limit - ofOthers)), limit, holders: [...new Set(others.filter(({ held, sweepUid }) => held > 0 && sweepUid !== me.uid).map(({ sweep }) => sweep))], host: host.state };
  });
}

/** The hosts that are paused or unhealthy at present, as a process that waits for them would say. */
export async function hostWaits(on: Pick<Transaction, "query">): Promise<Wait[]> {
  const rows = await on.query<{ name: string; illSince: number | null; pausedSince: number | null; pausedUntil: number | null; lastError: string | null }>(
    `select name, extract(epoch from ill_since)::double precision as "illSince", extract(epoch from paused_at)::double precision as "pausedSince",
       extract(epoch from paused_until)::double precision as "pausedUntil", last_error as "lastError"
     from sluice.hosts where ill_since is not null or paused_until > now() order by name`,
  );
  return rows.map(({ name, illSince, pausedSince, pausedUntil, lastError }) => (illSince === null ? pausedWait(name, pausedSince ?? pausedUntil!, pausedUntil!, lastError) : unhealthyWait(name, illSince, null, lastError)));
}

/** By all processes together. */
export async function slotsHeld(db: Database, host: string): Promise<number> {
  const [row] = await db.query<{ held: number }>("select coalesce(sum(held), 0)::integer as held from sluice.slots where host = $1 and expires > now()", [host]);
  return row!.held;
}

/** Gives back all slots of a process that has finished. */
export async function releaseSlots(db: Database, process: string): Promise<void> {
  await db.query("delete from sluice.slots where process = $1", [process]);
}

async function lockHost(tx: Transaction, me: SlotRequest): Promise<{ readonly now: EpochSeconds; readonly state: HostState }> {
  const [row] = await tx.query<HostRow>(
    `insert into sluice.hosts as h (name, recent, last_error, last_error_at) values ($1, right($2, 100), $3, case when $3::text is not null then now() end)
     on conflict (name) do update set recent = right(h.recent || excluded.recent, 100),
       last_error = coalesce(excluded.last_error, h.last_error), last_error_at = coalesce(excluded.last_error_at, h.last_error_at)
     returning extract(epoch from now())::double precision as now, extract(epoch from paused_until - clock_timestamp())::double precision as paused,
       extract(epoch from coalesce(paused_at, now()))::double precision as "pausedSince", pause_reason as reason,
       extract(epoch from ill_since)::double precision as "illSince", extract(epoch from coalesce(probe_at, ill_since))::double precision as "probedAt",
       last_error as "lastError", recent`,
    [me.host, me.outcomes, me.lastError === null ? null : storable(me.lastError)],
  );
  const { now, paused, pausedSince, reason, illSince, probedAt, lastError, recent } = row!;
  const isPaused = paused !== null && paused > 0;
  return {
    now,
    state: {
      now,
      pausedSeconds: isPaused ? paused : 0,
      pauseReason: isPaused ? reason : null,
      pausedSince: isPaused ? pausedSince : null,
      secondsSincePauseEnded: paused === null ? null : -paused,
      circuit: illSince === null ? null : { since: illSince, probedAt: probedAt ?? illSince },
      lastError,
      recent,
    },
  };
}

interface HostRow {
  readonly now: number;
  readonly paused: number | null;
  readonly pausedSince: number;
  readonly reason: string | null;
  readonly illSince: number | null;
  readonly probedAt: number | null;
  readonly lastError: string | null;
  readonly recent: string;
}

function readSlots(tx: Transaction, host: string): Promise<(SlotRow & { readonly limit: number; readonly sweepUid: string; readonly sweep: string })[]> {
  return tx.query(
    `select process, wanted, held, in_flight as "inFlight", priority, lim as limit,
       extract(epoch from waiting_since)::double precision as "waitingSince", sweep_uid as "sweepUid", coalesce(w.name, 'another sweep') as sweep
     from sluice.slots left join sluice.sweeps w on w.uid = sweep_uid where host = $1 order by process`,
    [host],
  );
}

async function writeSlot(tx: Transaction, me: SlotRequest, held: number): Promise<void> {
  await tx.query(
    `insert into sluice.slots as s (process, host, sweep_uid, wanted, held, in_flight, priority, lim, waiting_since, expires)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now(), now() + $9 * interval '1 second')
     on conflict (process) do update set wanted = excluded.wanted, held = excluded.held, in_flight = excluded.in_flight,
       lim = excluded.lim, expires = excluded.expires, waiting_since = case when excluded.held > 0 then now() else s.waiting_since end`,
    [me.process, me.host, me.uid, me.wanted, held, me.inFlight, me.priority, me.limit, me.leaseSeconds],
  );
}

/** Records which targets are in flight: if the process dies, the next pass asks each of those alone. */
async function markAsked(tx: Transaction, uid: string, batch: number, asked: readonly number[]): Promise<void> {
  await tx.query("update sluice.batches set asked = $3 where sweep_uid = $1 and number = $2 and asked is distinct from $3::integer[]", [uid, batch, asked]);
}
