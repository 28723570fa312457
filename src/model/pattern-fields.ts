/**
 * The fields that hold a pattern. Schema, checks and matching are made from this list, so that no field can go without a price.
 * Paths are from the spec of a sweep on.
 */

/** What the edges of an answer are searched for, with the least and the most groups. The first group is read. */
export const ENVELOPE_GROUPS = {
  declared: [1, 1],
  empty: [0, 1],
  target: [1, 1],
  error: [0, 1],
  maintenance: [0, 1],
  queryStart: [1, 1],
  queryEnd: [1, 1],
  continuation: [1, 1],
  queryId: [1, 1],
} as const;

export type EnvelopeField = keyof typeof ENVELOPE_GROUPS;

export const ENVELOPE_FIELDS = Object.keys(ENVELOPE_GROUPS) as readonly EnvelopeField[];

/** Matched on a whole answer, and on a whole list of targets. */
export const STREAMED_PATTERNS = { answer: ["extract", "pattern"], list: ["targets", "http", "pattern"] } as const;

export const PATTERN_PATHS: readonly (readonly string[])[] = [STREAMED_PATTERNS.answer, ...ENVELOPE_FIELDS.map((field) => ["extract", field]), STREAMED_PATTERNS.list];
