import type { FieldProblem } from "../../model/field-problem.ts";
import { formatMoment, parseMoment } from "../../model/moment.ts";
import type { ProviderRules } from "../../model/provider.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";

const DAY_SECONDS = 86_400;

/** The rules of the provider that a sweep would break, each with the field to change. @param targets how many it asks */
export function brokenRules(rules: ProviderRules, spec: Pick<ResolvedSpec, "host" | "grid" | "window" | "request">, targets: number): FieldProblem[] {
  return [tooMany(rules, spec), nameless(rules, spec, targets), tooEarly(rules, spec)].filter((problem) => problem !== null);
}

function tooMany({ title, maxInFlight }: ProviderRules, { host }: Pick<ResolvedSpec, "host">): FieldProblem | null {
  if (host.inFlight <= maxInFlight) return null;
  return { path: ["host", "inFlight"], sentence: `${title} allows ${maxInFlight} requests in flight from one address; host.inFlight is ${host.inFlight}.` };
}

function nameless({ title, sourceappRequired }: ProviderRules, { grid, request }: Pick<ResolvedSpec, "grid" | "request">, targets: number): FieldProblem | null {
  if (sourceappRequired === undefined) return null;
  const aDay = Math.round((targets * DAY_SECONDS) / grid.everySeconds);
  const { aboveRequestsADay } = sourceappRequired;
  if (aDay <= aboveRequestsADay || /[?&]sourceapp=[^&]/.test(request.url)) return null;
  return {
    path: ["provider", "sourceapp"],
    sentence: `${title} requires a sourceapp above ${aboveRequestsADay} requests a day; this sweep sends ${aDay} a day, and provider.sourceapp is not set.`,
  };
}

function tooEarly({ title, firstData }: ProviderRules, { window }: Pick<ResolvedSpec, "window">): FieldProblem | null {
  const first = firstData === undefined ? null : parseMoment(firstData);
  if (first === null || window.start >= first) return null;
  // No field to name: a CronSweep does not say its windows.
  return { path: [], sentence: `${title} has no data before ${formatMoment(first)}; the window starts at ${formatMoment(window.start)}.` };
}
