import { z } from "zod";
import { parseMoment } from "../moment.ts";
import { DURATION, MEMORY, parseDuration, parseMemory, PERCENT } from "../quantity.ts";

/** Texts with a form of their own. Each says what is wrong in a sentence that begins with the value. */

function sentence(rest: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: (issue) => `${JSON.stringify(issue.input)} ${rest}` };
}

/** Any text: bounded, since the API server estimates the cost of a rule by the longest value. */
export function text(longest: number) {
  return z.string().min(1).max(longest);
}

export function memory(least: string) {
  return z
    .string()
    .max(16)
    .regex(MEMORY, sentence("is no amount of memory; write it like 128Mi or 1Gi"))
    .refine((value) => (parseMemory(value) ?? Infinity) >= parseMemory(least)!, sentence(`is too little: at least ${least}`))
    .meta({ examples: ["128Mi"] });
}

export function duration(least: string, most: string) {
  return z
    .string()
    .min(1)
    .max(24)
    .regex(DURATION, sentence("is no duration; write it like 30s, 4h, 1h30m or 730d"))
    .refine((value) => (parseDuration(value) ?? Infinity) >= parseDuration(least)!, sentence(`is too short: at least ${least}`))
    .refine((value) => (parseDuration(value) ?? 0) <= parseDuration(most)!, sentence(`is too long: at most ${most}`))
    .meta({ examples: ["4h"] });
}

export function percent() {
  return z.string().max(16).regex(PERCENT, sentence("is no share from 0% to 100%; write it like 99.9%")).meta({ examples: ["99.9%"] });
}

export function moment() {
  return z
    .string()
    .max(20)
    .refine((value) => parseMoment(value) !== null, sentence("is no moment in UTC; write it like 2026-11-20 or 2026-11-20T06:00:00Z"))
    .meta({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?$" });
}

/** A name as Kubernetes takes it for an object (a DNS label: no dots, so that it can be part of other names). */
export function label(longest = 63) {
  return z
    .string()
    .max(longest)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, sentence("is no name: small letters, digits and - only, a letter or digit first and last"));
}

/** The name of an object that is not ours: a DNS subdomain. */
export function objectName() {
  return z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, sentence("is no name: small letters, digits, - and . only, a letter or digit first and last"));
}

/** A key of a Secret or a ConfigMap. */
export function dataKey() {
  return z.string().min(1).max(253).regex(/^[-._a-zA-Z0-9]+$/, sentence("is no key: letters, digits, -, _ and . only"));
}

export function mapOf<T extends z.ZodType>(value: T, most: number) {
  return z
    .record(z.string().min(1).max(317), value)
    .refine((map) => Object.keys(map).length <= most, { error: `holds too many entries: at most ${most}` })
    .meta({ maxProperties: most });
}

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
