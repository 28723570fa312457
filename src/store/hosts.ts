import type { Database } from "./database.ts";

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
export async function declareIll(db: Database, host: string): Promise<void> {
  await db.query(
    `insert into sluice.hosts as h (name, ill_since, probe_at) values ($1, now(), now())
     on conflict (name) do update set ill_since = now(), probe_at = now() where h.ill_since is null`,
    [host],
  );
}

/** What made it ill is forgotten, and asking begins again as after a pause. */
export async function declareWell(db: Database, host: string): Promise<void> {
  await db.query(
    `update sluice.hosts set ill_since = null, probe_at = null, recent = '', paused_until = greatest(paused_until, now()),
       pause_reason = case when paused_until > now() then pause_reason else 'illness' end
     where name = $1 and ill_since is not null`,
    [host],
  );
}
