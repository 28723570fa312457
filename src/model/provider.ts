/** Rules of a provider that a spec can break. */
export interface ProviderRules {
  /** The name in `provider.name`. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** Requests in flight at once from one address. */
  readonly maxInFlight: number;
  /** Present if the provider requires users above this number of requests a day to name themselves. */
  readonly sourceappRequired?: { readonly aboveRequestsADay: number };
  /** The first day that the data covers, e.g. "2024-01-01". */
  readonly firstData?: string;
  /** Where the rules can be read. */
  readonly docs: string;
}
