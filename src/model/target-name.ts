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
