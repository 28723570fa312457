import type { TargetState } from "./states.ts";
import type { Grid, Window } from "./window.ts";

/**
 * A Sweep with its presets and defaults filled in. Prepare freezes it in Postgres, and every batch reads it from there.
 * It never changes while the sweep runs, so an upgrade in the middle of a sweep does not affect it.
 * Plain JSON: no classes, no functions, no secrets.
 */
export interface ResolvedSpec {
  readonly dataset: string;
  readonly grid: Grid;
  readonly window: Window;
  readonly targets: TargetSource;
  readonly request: RequestSpec;
  readonly extract: ExtractSpec;
  readonly host: HostSpec;
  readonly canaries: CanarySpec;
  readonly batch: BatchSpec;
  readonly done: { readonly atLeast: number; readonly passes: number };
  readonly retentionSeconds: number;
  readonly select: Selection;
  /** A rerun's settled answer replaces a settled one even if it holds fewer matches. */
  readonly replace: boolean;
}

/** The targets of the window to ask. `narrow` restricts them to these names. */
export interface Selection {
  readonly states: "incomplete" | "all" | readonly (TargetState | "missing")[];
  readonly narrow?: readonly string[];
}

export interface TargetSource {
  readonly from:
    | { readonly kind: "list"; readonly list: readonly string[] }
    /** A name is the first group of `pattern` in the answer to `url` (which may contain {start} and {end}), with `prefix` before it. */
    | { readonly kind: "http"; readonly url: string; readonly pattern: string; readonly prefix: string }
    /** One name per line. `origin` says for messages where the content comes from: "key asns.txt of the ConfigMap lists". */
    | { readonly kind: "file"; readonly path: string; readonly origin: string };
  readonly atLeast: number;
  /** 0.05: a list that is more than 5 % shorter than the dataset's last one stops the sweep. */
  readonly maxShrink: number;
}

/** The value of a header, or the environment variable that has it: secrets are never stored in Postgres. */
export type HeaderValue = { readonly value: string } | { readonly env: string };

export interface RequestSpec {
  /** Absolute, with {target}, {start}, {end}, which are filled in percent-encoded. */
  readonly url: string;
  readonly timeFormat: "unix" | "iso";
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly timeouts: {
    readonly connectSeconds: number;
    readonly headersSeconds: number;
    /** Between two chunks of a body. */
    readonly idleSeconds: number;
    /** For one target: all its parts and attempts within one pass. */
    readonly targetSeconds: number;
  };
  /** Offered in accept-encoding, besides identity. */
  readonly compression: readonly Encoding[];
  /** The most attempts for one target within one pass. */
  readonly attempts: number;
  /** What an error status means; any other is a failure. */
  readonly statuses: {
    /** There is no data about the target. */
    readonly empty: readonly number[];
    /** The question is wrong. */
    readonly rejected: readonly number[];
  };
}

export type Encoding = "gzip" | "br" | "zstd";

export interface ExtractSpec {
  /** First group: the time. Second group, if present: the type. */
  readonly pattern: string;
  readonly time: "unix" | "iso";
  /** Group 1: the number of matches that the answer declares. */
  readonly declared?: string;
  /** A match marks an answer without matches as empty. */
  readonly empty?: string;
  /** Group 1: the name of the target that the answer is about. */
  readonly target?: string;
  /** What an answer may leave out before that name, or add. */
  readonly targetPrefix?: string;
  /** A match marks the answer as an error; group 1, if present, is the reason. */
  readonly error?: string;
  /** A match means that the provider is in maintenance. */
  readonly maintenance?: string;
  /** Group 1: the start and the end of the time that the answer covers. */
  readonly queryStart?: string;
  readonly queryEnd?: string;
  /** Group 1: the URL of the next part. */
  readonly continuation?: string;
  /** Group 1: the provider's ID of the answer. */
  readonly queryId?: string;
  /** The most parts for one target. */
  readonly maxParts: number;
}

export interface HostSpec {
  /** host:port, the name under which slots are shared. */
  readonly name: string;
  readonly inFlight: number;
  /** How often a host is probed while its circuit breaker is open. */
  readonly probeSeconds: number;
  /** The longest Retry-After that is obeyed. */
  readonly maxPauseSeconds: number;
}

export interface CanarySpec {
  /** Targets that always have updates. If empty: the largest targets of the dataset's last complete window, if there is one. */
  readonly targets: readonly string[];
  readonly everySeconds: number;
}

export interface BatchSpec {
  readonly targets: number;
  readonly concurrency: number;
  readonly pods: number;
  readonly memoryBytes: number;
  readonly memoryMaxBytes: number;
}
