import type { Totals, WindowState, TargetState } from "./states.ts";

/**
 * The fields of a log line, the same in every program. Each line also has level, time, msg and program. docs/logs.md documents them.
 * Never a secret, never a URL that contains one, never the text of an answer.
 */
interface Fields {
  readonly version: string;
  readonly dataset: string;
  readonly namespace: string;
  /** The Sweep's name, never its UID. */
  readonly sweep: string;
  readonly sweepUid: string;
  readonly cronsweep: string;
  /** The start of the window, as formatMoment writes it. */
  readonly window: string;
  readonly pass: number;
  readonly round: number;
  readonly batch: number;
  readonly incarnation: number;
  readonly job: string;

  readonly target: string;
  /** The stored state. */
  readonly state: TargetState;
  /** The ErrorCode of a target that is not settled. */
  readonly code: string;
  /** The detail of the result: one sentence. */
  readonly detail: string;
  readonly attempts: number;
  readonly httpStatus: number;
  readonly queryId: string;
  /** Bytes of inflated text. */
  readonly bytes: number;
  readonly seconds: number;

  /** The number of targets in each state, of a batch or of the whole window. */
  readonly states: Readonly<Partial<Totals>>;
  readonly verdict: WindowState;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The peak of anonymous memory. */
  readonly peakBytes: number;
  readonly limitBytes: number;

  /** One word: the reason of an event, of the API server, or of an exit. */
  readonly reason: string;
  /** What went wrong, in one sentence. */
  readonly error: string;
  /** Only for a bug. */
  readonly stack: string;
  /** A resource of the API server, in the plural: "sweeps". */
  readonly resource: string;
  readonly lease: string;
  readonly image: string;
  readonly port: number;
  /** The namespaces that the controller watches; all if empty. */
  readonly namespaces: readonly string[];
}

/** Undefined fields are not written. */
export type LogFields = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };

/** A logger: pino's, or one for tests. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
}
