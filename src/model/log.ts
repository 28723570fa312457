import type { Totals, WindowState, TargetState } from "./states.ts";

/**
 * The fields of a log line, the same in every program; each line has level, time, msg and program besides. docs/logs.md says it to people.
 * Never a secret, never a URL with one, never an answer's text.
 */
interface Fields {
  readonly version: string;
  readonly dataset: string;
  readonly namespace: string;
  /** The Sweep's name, never its UID. */
  readonly sweep: string;
  readonly sweepUid: string;
  readonly cronsweep: string;
  /** Its start, as formatMoment writes it. */
  readonly window: string;
  readonly pass: number;
  readonly round: number;
  readonly batch: number;
  readonly incarnation: number;
  readonly job: string;

  readonly target: string;
  /** What was stored. */
  readonly state: TargetState;
  /** Why it is not settled: an ErrorCode. */
  readonly code: string;
  /** The sentence of the result. */
  readonly detail: string;
  readonly attempts: number;
  readonly httpStatus: number;
  readonly queryId: string;
  /** Of text, inflated. */
  readonly bytes: number;
  readonly seconds: number;

  /** How many targets are in each state: of a batch, or of the whole window. */
  readonly states: Readonly<Partial<Totals>>;
  readonly verdict: WindowState;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The largest anonymous memory. */
  readonly peakBytes: number;
  readonly limitBytes: number;

  /** One word for why: of an event, of the API server, of an end. */
  readonly reason: string;
  /** One sentence: what went wrong. */
  readonly error: string;
  /** Only of a bug. */
  readonly stack: string;
  /** What of the API server is meant, in the plural: "sweeps". */
  readonly resource: string;
  readonly lease: string;
  readonly image: string;
  readonly port: number;
  /** Those that the controller works in; none: all. */
  readonly namespaces: readonly string[];
}

/** What is undefined is not written. */
export type LogFields = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };

/** Where lines go; pino's logger is one. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
}
