import type { TargetState } from "./states.ts";
import type { Grid, Window } from "./window.ts";

/**
 * A Sweep with its presets and defaults filled in: what prepare freezes in Postgres and what every batch reads.
 * Nothing in here changes while the sweep runs, so an upgrade in the middle changes nothing of it.
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

/** Which targets of the window are asked. `narrow` is a list of names, or absent for all of the plan. */
export interface Selection {
  readonly states: "incomplete" | "all" | readonly (TargetState | "missing")[];
  readonly narrow?: readonly string[];
}

export interface TargetSource {
  readonly from:
    | { readonly kind: "list"; readonly list: readonly string[] }
    /** The names stand in the answer to `url` ({start} and {end} allowed), where `pattern`'s first group matches; `prefix` is put before each. */
    | { readonly kind: "http"; readonly url: string; readonly pattern: string; readonly prefix: string }
    /** A name a line. `origin` is where the file's content stands, in words: "key asns.txt of the ConfigMap lists". */
    | { readonly kind: "file"; readonly path: string; readonly origin: string };
  readonly atLeast: number;
  /** 0.05: a list that is more than 5 % shorter than the dataset's last one stops the sweep. */
  readonly maxShrink: number;
}

/** A header's value stands in the file, or in the environment (never in Postgres) under `env`. */
export type HeaderValue = { readonly value: string } | { readonly env: string };

export interface RequestSpec {
  /** Absolute, with {target}, {start}, {end}; each is put in percent-encoded. */
  readonly url: string;
  readonly timeFormat: "unix" | "iso";
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly timeouts: {
    readonly connectSeconds: number;
    readonly headersSeconds: number;
    /** Between two chunks of a body. */
    readonly idleSeconds: number;
    /** For one target, all its parts and tries of one pass. */
    readonly targetSeconds: number;
  };
  /** What is offered in accept-encoding, beside identity. */
  readonly compression: readonly Encoding[];
  /** Tries of one target within one pass. */
  readonly attempts: number;
}

export type Encoding = "gzip" | "br" | "zstd";

export interface ExtractSpec {
  /** First group: the time. Second group, if there is one: the type. */
  readonly pattern: string;
  readonly time: "unix" | "iso";
  /** Group 1: how many matches the answer says that it holds. */
  readonly declared?: string;
  /** A match marks the answer as an error; group 1, if there is one, is the reason. */
  readonly error?: string;
  /** A match marks the answer as the provider's maintenance. */
  readonly maintenance?: string;
  /** Group 1: the start and the end that the answer says it covers. */
  readonly queryStart?: string;
  readonly queryEnd?: string;
  /** Group 1: the URL of the rest. */
  readonly continuation?: string;
  /** Group 1: the provider's own name for the answer. */
  readonly queryId?: string;
  /** A target's parts at the most. */
  readonly maxParts: number;
}

export interface HostSpec {
  /** host:port, the name under which slots are shared. */
  readonly name: string;
  readonly inFlight: number;
  /** How often an ill host is asked whether it is well again. */
  readonly probeSeconds: number;
  /** Retry-After is obeyed up to here. */
  readonly maxPauseSeconds: number;
}

export interface CanarySpec {
  /** Targets that are never quiet. Empty: the largest of the dataset's last complete window, if there is one. */
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
