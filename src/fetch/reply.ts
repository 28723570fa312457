import type { ErrorCode } from "../model/result.ts";

/** Bytes of one reply's body: as they came over the wire, and as text after inflating. */
export interface Traffic {
  readonly wireBytes: number;
  readonly textBytes: number;
}

/** The body went into the sink to its end. */
export interface WholeReply extends Traffic {
  readonly kind: "whole";
  readonly status: number;
  /**
   * Its end was marked: by a length, by chunks or by the compressed data. Where it is false the body ended with the
   * connection, and only the count that the answer declares can tell whether all of it came.
   */
  readonly framed: boolean;
}

/** An answer that nobody wanted as text: an error status, or a redirect that was not followed. */
export interface DeclinedReply extends Traffic {
  readonly kind: "declined";
  readonly status: number;
  /** The first of the body as latin1, at most 8 KiB. */
  readonly text: string;
  /** What it says of why, as one line without secrets; "" where it says nothing. */
  readonly reason: string;
  /** The header as it came. */
  readonly retryAfter: string | null;
  readonly location: string | null;
}

/** No whole answer: what went wrong on the way. */
export interface BrokenReply extends Traffic {
  readonly kind: "broken";
  readonly code: Extract<ErrorCode, "timeout" | "connect" | "reset" | "encoding" | "redirect">;
  /** Null before the headers. */
  readonly status: number | null;
  /** One sentence. */
  readonly detail: string;
}

export type Reply = WholeReply | DeclinedReply | BrokenReply;
