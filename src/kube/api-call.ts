export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "log";

/** One request that ended, for metrics. Each try counts. */
export interface ApiCall {
  readonly verb: Verb;
  /** Plural, with its subresource where there is one: "jobs", "sweeps/status". */
  readonly resource: string;
  /** HTTP status; 0 where no answer came. */
  readonly code: number;
  /** Until the answer was read; of a watch and a log until it began. */
  readonly seconds: number;
}
