/** A signal that is aborted with the reason of the first source that is. Dispose of it to remove its listeners from sources that live on. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Combines signals. Use this instead of AbortSignal.any, which leaves its bookkeeping on a long-lived source to the garbage collector: a batch
 * links two signals at every renewal, and on Node 24.21 that took up to 20 MB of heap and twice the time.
 */
export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const linked = new AbortController();
  const listeners = sources.map((source) => ({ source, follow: (): void => linked.abort(source.reason) }));
  const aborted = sources.find((source) => source.aborted);
  if (aborted === undefined) listeners.forEach(({ source, follow }) => source.addEventListener("abort", follow, { once: true }));
  else linked.abort(aborted.reason);
  return {
    signal: linked.signal,
    [Symbol.dispose]: () => listeners.forEach(({ source, follow }) => source.removeEventListener("abort", follow)),
  };
}
