import { z } from "zod";
import { parseMoment } from "../moment.ts";
import { DURATION, MEMORY, parseDuration, parseMemory, PERCENT } from "../quantity.ts";
import { LONGEST_NAME, targetNameProblem } from "../target-name.ts";
import { shownName, shownValue } from "../visible.ts";

/** Strings with a format. Each error is a sentence that starts with the value. */

function sentence(rest: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: (issue) => `${shownValue(issue.input)} ${rest}` };
}

/** Any string, with a limit, since the API server estimates the cost of a rule from the longest value. */
export function text(longest: number) {
  return z.string().min(1).max(longest);
}

/** Rules that the API server checks. The programs check the same by a refinement, whose sentence names the value. */
function checkedByServer(...validations: readonly { readonly rule: string; readonly message: string }[]) {
  return { "x-kubernetes-validations": validations };
}

export function memory(least: string) {
  return z
    .string()
    .max(16)
    .regex(MEMORY, sentence("is not an amount of memory; write it like 128Mi or 1Gi"))
    .refine((value) => (parseMemory(value) ?? Infinity) >= parseMemory(least)!, sentence(`is too little: at least ${least}`))
    .meta({ examples: ["128Mi"], ...checkedByServer({ rule: `!isQuantity(self) || quantity(self).compareTo(quantity('${least}')) >= 0`, message: `must be at least ${least}` }) });
}

/** CEL's own durations have no days. */
const SECONDS_IN_CEL =
  "self.findAll('[0-9]+[dhms]').map(part, int(part.substring(0, size(part) - 1)) * (part.endsWith('d') ? 86400 : part.endsWith('h') ? 3600 : part.endsWith('m') ? 60 : 1)).sum()";

export function duration(least: string, most: string) {
  return z
    .string()
    .min(1)
    .max(24)
    .regex(DURATION, sentence("is not a duration; write it like 30s, 4h, 1h30m or 730d"))
    .refine((value) => (parseDuration(value) ?? Infinity) >= parseDuration(least)!, sentence(`is too short: at least ${least}`))
    .refine((value) => (parseDuration(value) ?? 0) <= parseDuration(most)!, sentence(`is too long: at most ${most}`))
    .meta({
      examples: ["4h"],
      ...checkedByServer(
        { rule: `${SECONDS_IN_CEL} >= ${parseDuration(least)!}`, message: `must be at least ${least}` },
        { rule: `${SECONDS_IN_CEL} <= ${parseDuration(most)!}`, message: `must be at most ${most}` },
      ),
    });
}

export function percent() {
  return z.string().max(16).regex(PERCENT, sentence("is not a share between 0% and 100%; write it like 99.9%")).meta({ examples: ["99.9%"] });
}

export function moment() {
  return z
    .string()
    .max(20)
    .refine((value) => parseMoment(value) !== null, sentence("is not a moment in UTC; write it like 2026-11-20 or 2026-11-20T06:00:00Z"))
    .meta({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?$" });
}

/** The name of an object of ours: a DNS label, without dots, so that it can be part of other names. */
export function label(longest = 63) {
  return z
    .string()
    .max(longest)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, sentence("is not a valid name: use only lower-case letters, digits and -, with a letter or digit first and last"));
}

/** The name of any other object: a DNS subdomain. */
export function objectName() {
  return z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, sentence("is not a valid name: use only lower-case letters, digits, - and ., with a letter or digit first and last"));
}

/** The name of a target. Whether the list of a file, a ConfigMap or a URL has others is checked when it is read. */
export function targetName() {
  return z
    .string()
    .superRefine((value, context) => {
      const problem = targetNameProblem(value.trim());
      if (problem !== null) context.addIssue({ code: "custom", message: `${shownName(value)} ${problem}`, input: value });
    })
    .meta({ maxLength: LONGEST_NAME });
}

/** A key of a Secret or a ConfigMap. */
export function dataKey() {
  return z.string().min(1).max(253).regex(/^[-._a-zA-Z0-9]+$/, sentence("is not a valid key: use only letters, digits, -, _ and ."));
}

export function mapOf<T extends z.ZodType>(value: T, most: number) {
  return z
    .record(z.string().min(1).max(317), value)
    .refine((map) => Object.keys(map).length <= most, { error: `has too many entries: at most ${most}` })
    .meta({ maxProperties: most });
}

/** What is wrong with a URL template, or null. @param places the placeholders that it may contain */
function problemOf(template: string, places: readonly string[]): string | null {
  const [unknown] = (template.match(/\{[^{}]*\}/g) ?? []).filter((place) => !places.includes(place));
  if (unknown !== undefined) return `${unknown} is not a placeholder; a URL may contain ${places.join(", ")}`;
  const url = URL.parse(template.replaceAll(/[{}]/g, ""));
  if (url === null || !/^https?:\/\//.test(template)) return `${shownName(template)} is not an absolute http or https URL`;
  if (url.username !== "" || url.password !== "") return "a URL must not contain a password; use headers with valueFrom.secretKeyRef";
  if (/^[^/]*\/\/[^/?#]*\{/.test(template)) return "the host must not contain a placeholder, since slots are shared by host";
  return null;
}

/** An absolute URL with placeholders that are filled for each request. */
export function urlTemplate(...places: readonly string[]): z.ZodString {
  return text(2048).superRefine((template, context) => {
    const problem = problemOf(template, places);
    if (problem !== null) context.addIssue({ code: "custom", message: problem, input: template });
  });
}
