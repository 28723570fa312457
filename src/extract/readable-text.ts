/**
 * What a pattern caught between the quotes of a JSON string, as a person reads it: its escapes undone, its bytes read as UTF-8.
 * Control characters become blanks: Postgres takes no NUL, and a line break would split a log line.
 */
export function readableText(latin1: string): string {
  const text = Buffer.from(latin1, "latin1").toString("utf8");
  return unescaped(text).replace(/[\x00-\x1f\x7f]/g, " ");
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === "string" ? value : text;
  } catch {
    // Not a JSON string after all: what stands there is the best that can be told.
    return text;
  }
}
