import type { ProviderRules } from "../model/provider.ts";
import type { Provider } from "./provider.ts";
import { ripestat } from "./ripestat.ts";

export const PROVIDERS: readonly Provider[] = [ripestat];

/** The rules of the provider that runs this host:port, whether the file names it or not; null for an unknown host. */
export function rulesFor(host: string, providers: readonly Provider[]): ProviderRules | null {
  return providers.find((provider) => provider.host === host)?.rules ?? null;
}
