import type { Hide } from "./hiding.ts";

/** What results keep of a reason. */
export const DETAIL_LIMIT = 300;

/**
 * The reason that an error body gives, as one line: the texts of a JSON answer's `messages` ([["error", "…"]], as
 * RIPEstat has them), the title of a page, or else its beginning. "" where it says nothing.
 */
export function reasonIn(text: string, hide: Hide): string {
  return oneLine(hide(messagesOf(text) ?? titleOf(text) ?? text));
}

/** Cut to what a result keeps; control characters, which Postgres and terminals mind, become spaces. */
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
