/** Postgres holds neither U+0000 nor half a surrogate pair; what a provider sends may hold both. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
