/** One step of the schema. Expand first and contract a version later: workers of the version before run on the new schema. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  /** Runs once; running it twice does no harm. */
  readonly sql: string;
}
