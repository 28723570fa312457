/** Bytes of UTF-8. A row of Postgres' index holds 2,704, and percent-encoded three times as many are still a URL that servers take. */
export const LONGEST_NAME = 512;

/** Why a text cannot be the name of a target, in words that follow the text; null if it can. */
export function targetNameProblem(name: string): string | null {
  const [odd] = /[\p{Cc}\p{Cs}]/u.exec(name) ?? [];
  if (odd !== undefined) {
    const code = `U+${odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return /\p{Cs}/u.test(odd) ? `contains half a character (the lone surrogate ${code})` : `contains a control character (${code})`;
  }
  const bytes = Buffer.byteLength(name);
  return bytes > LONGEST_NAME ? `is ${bytes} bytes long in UTF-8; a name has at most ${LONGEST_NAME}` : null;
}

const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * Why a target cannot be put into this URL, in words that follow its name; null if it can. A segment of a path that is empty, "." or ".." is
 * dropped with what is before it, so the request would ask something else, whatever its answer is taken for.
 */
export function targetPathProblem(target: string, template: string): string | null {
  const path = /^[^?#]*/.exec(template)![0];
  const segments = path.split(/[/\\]/).filter((segment) => segment.includes("{target}"));
  const filled = segments.map((segment) => segment.replaceAll("{target}", encodeURIComponent(target)));
  const odd = filled.find((segment) => segment === "" || DOT_SEGMENT.test(segment));
  return odd === undefined ? null : `would change the path of ${template}: a segment ${odd === "" ? "that is empty" : `"${odd}"`} does not reach the server as it is`;
}
