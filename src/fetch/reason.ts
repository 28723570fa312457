/** The longest reason that a result keeps, in characters. */
export const DETAIL_LIMIT = 300;

/**
 * The reason in an error body, as one line: the texts of a JSON answer's `messages` (RIPEstat has [["error", "…"]]), the title of a
 * page, or else the start of the body. "" for an empty one.
 */
export function reasonIn(text: string, hide: Hide): string {
  return oneLine(hide(messagesOf(text) ?? titleOf(text) ?? text));
}

/** Cuts a text to DETAIL_LIMIT. Control characters, which upset Postgres and terminals, become spaces. */
export function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim();
  return line.length > DETAIL_LIMIT ? `${line.slice(0, DETAIL_LIMIT - 1)}…` : line;
}

function titleOf(text: string): string | null {
  return /<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? null;
}

function messagesOf(text: string): string | null {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
  } catch {
    return null;
  }
  if (typeof body !== "object" || body === null || !("messages" in body) || !Array.isArray(body.messages)) return null;
  const texts = (body.messages as unknown[]).map((message) => (Array.isArray(message) ? (message as unknown[]).at(-1) : message));
  const sentences = texts.filter((each) => typeof each === "string");
  return sentences.length === 0 ? null : sentences.join(" ");
}

export type Hide = (text: string) => string;

/** Shorter words are not hidden: they would vanish from every sentence that happens to contain them. */
const SHORTEST = 8;

/**
 * Removes secrets from a text, since providers repeat in their errors what they were sent: whole secrets and their words ("Bearer …"),
 * as they are and percent-encoded.
 */
export function hiding(secrets: readonly string[]): Hide {
  const words = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]).filter((word) => word.length >= SHORTEST);
  const ways = [...new Set(words.flatMap((word) => [word, encodeURIComponent(word)]))].sort((one, other) => other.length - one.length);
  return (text) => ways.reduce((hidden, way) => hidden.replaceAll(way, "***"), text);
}
