const CUT = "…";

/** A text as it is, or cut so that it takes at most `bytes` bytes of JSON: a message has only so many. */
export function shortened(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  const kept: string[] = [];
  let left = bytes - jsonBytes(CUT);
  for (const character of text) {
    left -= jsonBytes(character);
    if (left < 0) break;
    kept.push(character);
  }
  return `${kept.join("")}${CUT}`;
}

/** Without the quotation marks. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
