import type { SlotRow } from "../model/slot-row.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";

/** How a host is, as all who ask it see it. */
export interface HostState {
  /** 0 where nothing pauses it. */
  readonly pausedSeconds: number;
  readonly pauseReason: string | null;
  /** Since the last pause or illness ended, negative while it lasts: what the ramp goes by. Null where there was none. */
  readonly secondsSincePauseEnded: number | null;
  /** While it is ill nobody asks but the one who may probe. */
  readonly ill: boolean;
  /** The last 100 outcomes, oldest first: "x" for the provider's own error, "." for any other. */
  readonly recent: string;
}

/** Nobody asks the host for so long; a longer pause that stands already stays. */
export async function pauseHost(db: Database, host: string, seconds: number, reason: string): Promise<void> {
  await db.query(
    `insert into sluice.hosts as h (name, paused_until, pause_reason) values ($1, now() + $2 * interval '1 second', $3)
     on conflict (name) do update set paused_until = greatest(h.paused_until, excluded.paused_until),
       pause_reason = case when h.paused_until >= excluded.paused_until then h.pause_reason else excluded.pause_reason end`,
    [host, seconds, reason],
  );
}

/** May this process send the one probe that decides whether an ill host is well again? */
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

/** The first probe may be sent after its usual time: the errors just seen were probes enough. */
export async function openCircuit(db: Database, host: string): Promise<void> {
  await db.query(
    `insert into sluice.hosts as h (name, ill_since, probe_at) values ($1, now(), now())
     on conflict (name) do update set ill_since = now(), probe_at = now() where h.ill_since is null`,
    [host],
  );
}

/** What made it ill is forgotten, and asking begins again as after a pause. */
export async function closeCircuit(db: Database, host: string): Promise<void> {
  await db.query(
    `update sluice.hosts set ill_since = null, probe_at = null, recent = '', paused_until = greatest(paused_until, now()),
       pause_reason = case when paused_until > now() then pause_reason else 'illness' end
     where name = $1 and ill_since is not null`,
    [host],
  );
}

/** Shares a limit among rows: how many each should hold. Pure. */
export type ShareRule = (limit: number, rows: readonly SlotRow[]) => ReadonlyMap<string, number>;

/** How many requests a host may have in flight, of the limit that is said, as it is just now. Pure. */
export type LimitRule = (limit: number, host: HostState) => number;

/** What a process says of itself at a renewal. */
export interface SlotRequest {
  /** A UUID of its own. */
  readonly process: string;
  readonly host: string;
  readonly uid: string;
  /** The batch that it works on, if it does; `asked` is marked there. */
  readonly batch?: number;
  readonly wanted: number;
  readonly inFlight: number;
  /** The start of its window. */
  readonly priority: EpochSeconds;
  /** How many requests it would let the host have in flight; the least that anyone says holds. */
  readonly limit: number;
  readonly leaseSeconds: number;
  /** Since the last renewal, oldest first: "x" for the provider's own error, "." for any other answer. */
  readonly outcomes: string;
  /** Ids of the targets in flight just now. */
  readonly asked: readonly number[];
}

export interface SlotGrant {
  /** What is taken from the others: never less than is in flight. */
  readonly held: number;
  /** How many may be in flight from now on. Where more are, none may follow one that ends, or the others would wait for ever. */
  readonly allowed: number;
  /** The host's limit just now. */
  readonly limit: number;
  readonly host: HostState;
}

/**
 * Renews a process's hold on a host's slots, in one transaction under the lock of the host's row. A hold is raised only
 * as far as the sum of all holds stays within the limit, and never lowered below what is in flight: the sum comes down
 * as requests end. Leases run by the database's clock from before the lock was waited for, so ours ends no later there.
 */
export async function renewSlots(db: Database, me: SlotRequest, share: ShareRule, limitNow: LimitRule = (limit) => limit): Promise<SlotGrant> {
  return db.transaction(async (tx) => {
    const host = await lockHost(tx, me);
    await tx.query("delete from sluice.slots where host = $1 and expires <= now()", [me.host]);
    const there = await readSlots(tx, me.host);
    const others = there.filter((row) => row.process !== me.process);
    const mine = there.find((row) => row.process === me.process);
    const limit = limitNow(Math.min(me.limit, ...others.map((row) => row.limit)), host.state);
    const ofOthers = others.reduce((sum, row) => sum + row.held, 0);
    // Without a row the lease has ended, and what was in flight under it was aborted: others may hold those slots by now.
    const { held: before, inFlight } = mine === undefined ? { held: 0, inFlight: 0 } : { held: mine.held, inFlight: me.inFlight };
    const row = { process: me.process, wanted: me.wanted, held: before, inFlight, priority: me.priority, waitingSince: mine?.waitingSince ?? host.now };
    const due = share(limit, [...others, row]).get(me.process) ?? 0;
    // Where the limit has come down, whoever renews gives up what is too much, even what it is due: whose turn it is, each would say of itself.
    const held = Math.max(inFlight, Math.min(due, limit - ofOthers));
    await writeSlot(tx, { ...me, inFlight }, held);
    if (me.batch !== undefined) await markAsked(tx, me.uid, me.batch, me.asked);
    return { held, allowed: Math.max(0, Math.min(due, limit - ofOthers)), limit, host: host.state };
  });
}

/** By all processes together, just now. */
export async function slotsHeld(db: Database, host: string): Promise<number> {
  const [row] = await db.query<{ held: number }>("select coalesce(sum(held), 0)::integer as held from sluice.slots where host = $1 and expires > now()", [host]);
  return row!.held;
}

/** The process asks no more. */
export async function releaseSlots(db: Database, process: string): Promise<void> {
  await db.query("delete from sluice.slots where process = $1", [process]);
}

async function lockHost(tx: Transaction, me: SlotRequest): Promise<{ readonly now: EpochSeconds; readonly state: HostState }> {
  const [row] = await tx.query<{ now: number; paused: number | null; reason: string | null; ill: boolean; recent: string }>(
    `insert into sluice.hosts as h (name, recent) values ($1, right($2, 100))
     on conflict (name) do update set recent = right(h.recent || excluded.recent, 100)
     returning extract(epoch from now())::double precision as now, extract(epoch from paused_until - clock_timestamp())::double precision as paused,
       pause_reason as reason, ill_since is not null as ill, recent`,
    [me.host, me.outcomes],
  );
  const { now, paused, reason, ill, recent } = row!;
  const isPaused = paused !== null && paused > 0;
  return {
    now,
    state: {
      pausedSeconds: isPaused ? paused : 0,
      pauseReason: isPaused ? reason : null,
      secondsSincePauseEnded: paused === null ? null : -paused,
      ill,
      recent,
    },
  };
}

function readSlots(tx: Transaction, host: string): Promise<(SlotRow & { readonly limit: number })[]> {
  return tx.query(
    `select process, wanted, held, in_flight as "inFlight", priority, lim as limit,
       extract(epoch from waiting_since)::double precision as "waitingSince"
     from sluice.slots where host = $1 order by process`,
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

/** Which targets are in flight: should the process die, the next pass asks those alone. */
async function markAsked(tx: Transaction, uid: string, batch: number, asked: readonly number[]): Promise<void> {
  await tx.query("update sluice.batches set asked = $3 where sweep_uid = $1 and number = $2 and asked is distinct from $3::integer[]", [uid, batch, asked]);
}
