/** What the process tells of itself at a renewal. */
export interface SlotReport {
  readonly wanted: number;
  readonly inFlight: number;
  /** Since the last renewal, in order: "." for an answer, "x" for the provider's own error. */
  readonly outcomes: string;
}

/** What a renewal says: the slots held until the lease ends, and how the host is. */
export interface SlotGrant {
  readonly held: number;
  readonly limit: number;
  /** 0 where nothing pauses the host. */
  readonly pausedSeconds: number;
  readonly pauseReason: string | null;
  /** While it is ill nobody asks but the one who may probe. */
  readonly ill: boolean;
}

/** The host's row in Postgres, as one process uses it. */
export interface SharedHost {
  renew(report: SlotReport): Promise<SlotGrant>;
  /** Do all together hold fewer slots than the last renewal shared out? Cheap, and changes nothing. */
  hasRoom(): Promise<boolean>;
  pause(seconds: number, reason: string): Promise<void>;
  /** May this process send the one probe that decides whether an ill host is well? */
  takeProbe(): Promise<boolean>;
  declareWell(): Promise<void>;
  release(): Promise<void>;
}
