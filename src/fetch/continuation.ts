import { shorten } from "../model/visible.ts";
import type { Window } from "../model/window.ts";
import { readTime, placeholderNames } from "./url.ts";

interface AskedFor {
  /** The URL template of the request, which shows the parameters of target, start and end. */
  readonly template: string;
  readonly window: Window;
}

/**
 * The URL of the rest of an answer, from the URL that the answer gives. It must be on the same host, start later than the part before
 * it, and not end after the window. Target and missing parameters (such as sourceapp or the form of times) are taken from our URL.
 * Returns the problem if it cannot be followed.
 */
export function continuationUrl(current: URL, found: string, asked: AskedFor): URL | { readonly problem: string } {
  const rest = URL.parse(found, current.href);
  if (rest === null) return { problem: `the URL of the rest of the answer is invalid: "${shorten(found)}"` };
  if (rest.host !== current.host || !/^https?:$/.test(rest.protocol)) {
    return { problem: `the rest of the answer is on another host: ${shorten(rest.host)}` };
  }
  // Servers behind a proxy write http links to themselves; we keep https.
  rest.protocol = current.protocol;
  rest.hash = "";
  rest.username = current.username;
  rest.password = current.password;

  const names = placeholderNames(asked.template);
  for (const name of new Set(current.searchParams.keys())) {
    if (rest.searchParams.has(name) && name !== names.target) continue;
    rest.searchParams.delete(name);
    for (const value of current.searchParams.getAll(name)) rest.searchParams.append(name, value);
  }
  const problem = rangeProblem(current, rest, names, asked.window);
  return problem === null ? rest : { problem };
}

function rangeProblem(current: URL, rest: URL, names: { start: string | null; end: string | null }, window: Window): string | null {
  if (names.start === null) {
    return rest.href === current.href ? "the rest of the answer has the same URL again" : null;
  }
  const before = readTime(current.searchParams.get(names.start) ?? "");
  const start = readTime(rest.searchParams.get(names.start) ?? "");
  if (start === null || before === null) return `the start of the rest ("${shorten(rest.searchParams.get(names.start) ?? "")}") is not a time`;
  if (start <= before) return "the rest of the answer starts no later than the part before it";
  if (start >= window.end) return "the rest of the answer starts after the end of the window";
  if (names.end === null) return null;
  const end = readTime(rest.searchParams.get(names.end) ?? "");
  if (end === null) return `the end of the rest ("${shorten(rest.searchParams.get(names.end) ?? "")}") is not a time`;
  return end > window.end ? "the rest of the answer ends after the end of the window" : null;
}
