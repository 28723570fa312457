import type { Window } from "../model/window.ts";
import { readTime, placeholderNames } from "./url.ts";

interface AskedFor {
  /** The request's URL template: it tells which parameters are the target, the start and the end. */
  readonly template: string;
  readonly window: Window;
}

/**
 * The URL of an answer's rest, from what the answer says of it. It stays on the host that was asked, asks about the same
 * target, gets back each parameter of ours that it lost (such as sourceapp or the form of the times), starts later
 * than the part before it and does not end after the window. Else: why it cannot be followed.
 */
export function continuationUrl(current: URL, found: string, asked: AskedFor): URL | { readonly problem: string } {
  if (!URL.canParse(found, current.href)) return { problem: `the rest of the answer is said to be at "${shorten(found)}", which is no URL` };
  const rest = new URL(found, current);
  if (rest.host !== current.host || !/^https?:$/.test(rest.protocol)) {
    return { problem: `the rest of the answer is said to be at another host, ${shorten(rest.host)}` };
  }
  // Servers behind a proxy write http links to themselves; what was asked in secret stays so.
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
    return rest.href === current.href ? "the rest of the answer is said to be at the same URL again" : null;
  }
  const before = readTime(current.searchParams.get(names.start) ?? "");
  const start = readTime(rest.searchParams.get(names.start) ?? "");
  if (start === null || before === null) return `the start of the rest ("${shorten(rest.searchParams.get(names.start) ?? "")}") is no time`;
  if (start <= before) return "the rest of the answer starts no later than the part before it";
  if (start >= window.end) return "the rest of the answer starts after the end of the window";
  if (names.end === null) return null;
  const end = readTime(rest.searchParams.get(names.end) ?? "");
  if (end === null) return `the end of the rest ("${shorten(rest.searchParams.get(names.end) ?? "")}") is no time`;
  return end > window.end ? "the rest of the answer ends after the end of the window" : null;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
