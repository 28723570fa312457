/** One step of the schema. Expand first, contract a version later: workers of the version before run on the new schema. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  /** Runs once, and would do no harm twice. */
  readonly sql: string;
}
