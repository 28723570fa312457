/**
 * Makes the content of a JSON string readable: decodes its bytes as UTF-8 and its escapes. Control characters become spaces, since
 * Postgres refuses NUL and a line break would split a log line; half of a surrogate pair, which no text in UTF-8 can hold, becomes U+FFFD.
 */
export function readableText(latin1: string): string {
  const text = Buffer.from(latin1, "latin1").toString("utf8");
  return unescaped(text).replace(/[\x00-\x1f\x7f]/g, " ").toWellFormed();
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === "string" ? value : text;
  } catch {
    // Not the content of a JSON string, so there are no escapes to decode.
    return text;
  }
}
