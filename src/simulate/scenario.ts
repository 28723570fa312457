import type { Encoding } from "../model/resolved.ts";

/**
 * Everything that the simulated provider does, as plain JSON: the same scenario gives the same answers, whatever the
 * order of the requests. Written by hand or read by parseScenario, which also fills in what is left out.
 */
export interface Scenario {
  readonly seed: number;
  /** "2026": one line, `data` last, with `pipeline`. "2025": indented by four spaces, `data` in the middle. */
  readonly format: WireFormat;
  /** HTTPS with a self-signed certificate, made at the start. */
  readonly tls: boolean;
  /** In the server's order of preference, of those that the client offers. Empty: identity only. */
  readonly compression: readonly Encoding[];
  readonly source: SourceSpec;
  /** Targets whose answer is this many bytes of text, exactly; at least 4096. */
  readonly big: Readonly<Record<string, number>>;
  /** Whether an update in the second `endtime` belongs to the answer: not known of the real provider. */
  readonly endtime: "exclusive" | "inclusive";
  readonly limits: Limits;
  readonly latency: Latency;
  readonly faults: readonly Fault[];
}

export type WireFormat = "2026" | "2025";

export type SourceSpec = ModelSpec | RecordedSpec;

/** Invented updates with the measured shape: most targets nothing, a tail over five orders of magnitude, bursts within a second. */
export interface ModelSpec {
  readonly kind: "model";
  /** How many AS numbers the list holds, or which. */
  readonly targets: number | readonly number[];
  /** Share of the targets that have updates at all. */
  readonly active: number;
  /** Of the active ones, updates a day: lognormal, and never more than `largest`. */
  readonly median: number;
  readonly sigma: number;
  readonly largest: number;
}

/** Real updates, of a file's few minutes, which happen again at the start of every cell of `everySeconds`, counted from 1970. */
export interface RecordedSpec {
  readonly kind: "recorded";
  /** One AS number a line, plain or .gz. */
  readonly asns: string;
  /** The output of `bgpdump -m`, plain or .gz. */
  readonly updates: string;
  readonly everySeconds: number;
}

interface Limits {
  /** Requests in flight from one address. */
  readonly inFlight: number;
  /** What one above the limit gets. It counts as a breach either way. */
  readonly overLimit: "429" | "count";
}

/** From the question to the first byte of the answer, in seconds. */
export type Latency = LatencyShape & { readonly atMostSeconds?: number };

type LatencyShape =
  | { readonly distribution: "constant"; readonly seconds: number }
  | { readonly distribution: "uniform"; readonly fromSeconds: number; readonly toSeconds: number }
  | { readonly distribution: "exponential"; readonly meanSeconds: number }
  | { readonly distribution: "lognormal"; readonly medianSeconds: number; readonly sigma: number }
  | { readonly distribution: "pareto"; readonly leastSeconds: number; readonly shape: number };

/**
 * When a fault is played: all that is said must hold; nothing said, always.
 * Seconds and requests are counted from when the faults were set (the start, or the last set()).
 */
export interface When {
  readonly targets?: readonly string[];
  /** A seeded share of the targets, always the same ones. */
  readonly share?: number;
  /** A seeded share of the requests: the n-th request of a target is always decided the same way. */
  readonly rate?: number;
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  /** Of all requests, from 1; both ends are meant. */
  readonly fromRequest?: number;
  readonly toRequest?: number;
  /** The first n requests of each target. */
  readonly times?: number;
}

export type Fault = FaultPlay & { readonly when?: When };

/** Which updates stand on both sides of where an answer was cut. See truncation.ts. */
export type Seam = "exclusive" | "inclusive" | "duplicate" | "partial";

export type FaultPlay =
  /** Another latency than the scenario's. */
  | { readonly what: "slow"; readonly latency: Latency }
  /** `retryAfter`: seconds, or the header's text. */
  | { readonly what: "status"; readonly status: number; readonly retryAfter?: number | string; readonly body: "html" | "json" | "none" }
  /** The connection is reset before the headers, or within the body. */
  | { readonly what: "reset"; readonly at: "headers" | "body"; readonly afterBytes?: number }
  /** A quiet end in the middle: short of its Content-Length, of its last chunk, or (closed, without either) looking whole. */
  | { readonly what: "ends-early"; readonly how: "content-length" | "chunked" | "close"; readonly afterBytes?: number }
  /** A part of the body, and then a byte at intervals, without end. */
  | { readonly what: "dribble"; readonly everySeconds: number; readonly afterBytes?: number }
  | { readonly what: "maintenance" }
  /** 200 and an empty list, whatever there was. */
  | { readonly what: "outage" }
  /** The answer ends this long before the requested end, and says so. */
  | { readonly what: "lag"; readonly seconds: number }
  /** Cut after about `updates`; see_also[0] is the URL of the rest, and `rest` says where that leads. */
  | {
      readonly what: "truncated";
      readonly updates: number;
      readonly seam: Seam;
      readonly declares: "part" | "whole";
      readonly rest: "here" | "elsewhere" | "same";
    }
  /** Gzip, broken in its data or in its checksum, whatever the client offers. */
  | { readonly what: "corrupt"; readonly where: "data" | "checksum" }
  /** So many blanks after the document: compressed they are next to nothing, and arrive in one piece. */
  | { readonly what: "blanks"; readonly bytes: number }
  /** nr_updates is off by so many, or absent. */
  | { readonly what: "declared"; readonly off: number | "absent" }
  /** 200, and the body says status "error". */
  | { readonly what: "error-body"; readonly reason: string }
  | { readonly what: "redirect"; readonly to: string }
  /** The list of AS numbers holds only this share. */
  | { readonly what: "short-list"; readonly share: number };

export type FaultName = FaultPlay["what"];
