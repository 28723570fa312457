export type Hide = (text: string) => string;

/** A shorter word is no secret, and would be hidden in every sentence that happens to have it. */
const SHORTEST = 8;

/**
 * Providers repeat in their errors what they were told. Takes secrets out of a text, whole and by their words ("Bearer …"),
 * as they are and as a URL has them.
 */
export function hiding(secrets: readonly string[]): Hide {
  const words = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]).filter((word) => word.length >= SHORTEST);
  const ways = [...new Set(words.flatMap((word) => [word, encodeURIComponent(word)]))].sort((one, other) => other.length - one.length);
  return (text) => ways.reduce((hidden, way) => hidden.replaceAll(way, "***"), text);
}
