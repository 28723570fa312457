import { text } from "./scalars.ts";
import type { z } from "zod";

/** What is wrong with a URL template that may hold these places, or null. */
function problemOf(template: string, places: readonly string[]): string | null {
  const [unknown] = (template.match(/\{[^{}]*\}/g) ?? []).filter((place) => !places.includes(place));
  if (unknown !== undefined) return `${unknown} is not known; a URL may hold ${places.join(", ")}`;
  const url = URL.parse(template.replaceAll(/[{}]/g, ""));
  if (url === null || !/^https?:\/\//.test(template)) return `${JSON.stringify(template)} is no absolute http or https URL`;
  if (url.username !== "" || url.password !== "") return "a password does not belong into a URL; use headers with valueFrom.secretKeyRef";
  if (/^[^/]*\/\/[^/?#]*\{/.test(template)) return "the host must stand in the URL as it is, without places to fill: slots are shared by host";
  return null;
}

/** An absolute URL with places that are filled for each request. */
export function urlTemplate(...places: readonly string[]): z.ZodString {
  return text(2048).superRefine((template, context) => {
    const problem = problemOf(template, places);
    if (problem !== null) context.addIssue({ code: "custom", message: problem, input: template });
  });
}
