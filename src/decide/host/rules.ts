import { formatMoment, parseMoment } from "../../model/moment.ts";
import type { ProviderRules } from "../../model/provider.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";

const DAY_SECONDS = 86_400;

/** Each rule of the provider that a sweep of so many targets would break, as a sentence. */
export function brokenRules(rules: ProviderRules, spec: Pick<ResolvedSpec, "host" | "grid" | "window" | "request">, targets: number): string[] {
  return [tooMany(rules, spec), nameless(rules, spec, targets), tooEarly(rules, spec)].filter((sentence) => sentence !== null);
}

function tooMany({ title, maxInFlight }: ProviderRules, { host }: Pick<ResolvedSpec, "host">): string | null {
  if (host.inFlight <= maxInFlight) return null;
  return `${title} allows ${maxInFlight} requests in flight from one address; host.inFlight is ${host.inFlight}.`;
}

function nameless({ title, sourceappRequired }: ProviderRules, { grid, request }: Pick<ResolvedSpec, "grid" | "request">, targets: number): string | null {
  if (sourceappRequired === undefined) return null;
  const aDay = Math.round((targets * DAY_SECONDS) / grid.everySeconds);
  const { aboveRequestsADay } = sourceappRequired;
  if (aDay <= aboveRequestsADay || /[?&]sourceapp=[^&]/.test(request.url)) return null;
  return `${title} asks whoever sends more than ${aboveRequestsADay} requests a day for a sourceapp; these are ${aDay} a day, and provider.sourceapp is not set.`;
}

function tooEarly({ title, firstData }: ProviderRules, { window }: Pick<ResolvedSpec, "window">): string | null {
  const first = firstData === undefined ? null : parseMoment(firstData);
  if (first === null || window.start >= first) return null;
  return `${title} has no data before ${formatMoment(first)}; the window begins at ${formatMoment(window.start)}.`;
}
