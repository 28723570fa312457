import type { ProviderRules } from "../model/provider.ts";
import type { Provider } from "./provider.ts";
import { ripestat } from "./ripestat.ts";

export const PROVIDERS: readonly Provider[] = [ripestat];

/** The rules of whoever runs this host:port, whatever the file calls it; null for a host that we know nothing of. */
export function rulesFor(host: string, providers: readonly Provider[]): ProviderRules | null {
  return providers.find((provider) => provider.host === host)?.rules ?? null;
}
