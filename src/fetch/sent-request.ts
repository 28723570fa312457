import type { Trouble } from "./trouble.ts";

/** One request that was sent, told when it is over. */
export interface SentRequest {
  /** "aborted": by us, because we were asked to stop or had lost the slots. */
  readonly outcome: "answered" | "aborted" | Trouble;
  /** It was sent again, because of this. */
  readonly after: Trouble | null;
  /** Redirects that were followed: each was one more request. */
  readonly redirects: number;
  /** From the moment it could be sent to the end of its body. */
  readonly seconds: number;
  /** Of the body, inflated; 0 where it was given up. */
  readonly textBytes: number;
}
