/** What a provider asks of those who use it, and what its data holds: rules that a spec can break. */
export interface ProviderRules {
  /** The name in `provider.name`. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** Requests in flight at once from one address. */
  readonly maxInFlight: number;
  /** Present where regular users are asked to name themselves: from more requests a day than this on. */
  readonly sourceappRequired?: { readonly aboveRequestsADay: number };
  /** The first day that the data covers, e.g. "2024-01-01". */
  readonly firstData?: string;
  /** Where the rules can be read. */
  readonly docs: string;
}
