import type { ServerResponse } from "node:http";
import type { Happened, History } from "./history.ts";
import { Refused } from "./refused.ts";
import type { Selector } from "./selectors.ts";
import type { Stored } from "./stored-object.ts";

export interface Watched {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly fits: Selector;
  readonly version: number;
  readonly timeoutSeconds: number;
  readonly bookmarks: boolean;
}

interface Open {
  readonly response: ServerResponse;
  readonly bookmark: () => void;
  isSilent: boolean;
}

/** The watches that are open, and what tests do to them. */
export class Watches {
  readonly #history: History;
  readonly #open = new Set<Open>();
  /** In which of its two forms a watch hears that the history is forgotten. */
  gone: "answer" | "event" = "event";

  constructor(history: History) {
    this.#history = history;
  }

  get open(): number {
    return this.#open.size;
  }

  /** @throws Refused 410 */
  start(watched: Watched, response: ServerResponse): void {
    const missed = this.#history.after(watched.version);
    const expired = new Refused(410, "Expired", `too old resource version: ${watched.version} (${this.#history.version})`);
    if (missed === null && this.gone === "answer") throw expired;
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (missed === null) {
      response.end(`${JSON.stringify({ type: "ERROR", object: expired })}\n`);
      return;
    }
    const write = (event: object): void => {
      if (!watch.isSilent && !response.writableEnded) response.write(`${JSON.stringify(event)}\n`);
    };
    const bookmark = (): void => {
      if (watched.bookmarks) write({ type: "BOOKMARK", object: { metadata: { resourceVersion: String(this.#history.version) } } });
    };
    const watch: Open = { response, bookmark, isSilent: false };
    const tell = (happened: Happened): void => {
      const event = eventFor(happened, watched);
      if (event !== null) write(event);
    };
    this.#open.add(watch);
    missed.forEach(tell);
    const forget = this.#history.listen(tell);
    const timer = setTimeout(() => {
      bookmark();
      response.end();
    }, watched.timeoutSeconds * 1000);
    response.once("close", () => {
      clearTimeout(timer);
      forget();
      this.#open.delete(watch);
    });
  }

  /** Their connections break, or the server closes them in good order. @returns how many there were */
  end(how: "reset" | "close"): number {
    const ended = [...this.#open];
    for (const { response } of ended) {
      if (how === "close") response.end();
      else response.socket?.resetAndDestroy();
    }
    return ended.length;
  }

  /** Those that are open bring nothing any more and nobody is told, as if a wire were cut. */
  fallSilent(): void {
    for (const watch of this.#open) watch.isSilent = true;
  }

  bookmark(): void {
    for (const watch of this.#open) watch.bookmark();
  }

  /** Writes this to each as it is: half a line, no JSON. */
  write(text: string): void {
    for (const { response } of this.#open) if (!response.writableEnded) response.write(text);
  }
}

/** What leaves the selection is gone for who watches it, and what enters is new. */
function eventFor({ collection, before, after, version }: Happened, watched: Watched): object | null {
  if (collection !== watched.collection) return null;
  const isSeen = (object: Stored | null): object is Stored => object !== null && (watched.namespace === undefined || object.metadata.namespace === watched.namespace) && watched.fits(object);
  if (isSeen(after)) return { type: isSeen(before) ? "MODIFIED" : "ADDED", object: after };
  if (!isSeen(before)) return null;
  return { type: "DELETED", object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } } };
}
