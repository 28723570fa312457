import type { Readable } from "node:stream";
import { ApiError, ApiUnreachable } from "./api-error.ts";
import type { Refusal } from "./api-refusal.ts";
import { lines } from "./lines.ts";
import type { KubeObject } from "./object.ts";
import type { WatchEvent } from "./watch-event.ts";

const MOST_BYTES_A_LINE = 8 * 1024 * 1024;

/** Reads a watch line by line; whatever way the loop over it ends, the connection is closed. */
export async function* watchEvents<T extends KubeObject>(open: () => Promise<Readable>, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const body = await open();
  try {
    yield { type: "OPENED" };
    for await (const line of lines(body as AsyncIterable<Buffer>, MOST_BYTES_A_LINE)) yield eventOf<T>(line);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError) throw error;
    throw new ApiUnreachable(`The watch broke: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    body.destroy();
  }
}

function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = JSON.parse(line) as { type: string; object: T };
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object };
    case "BOOKMARK":
      return { type, resourceVersion: object.metadata.resourceVersion };
    case "ERROR": {
      const said = object as Refusal;
      throw new ApiError(said.code ?? 500, said.reason ?? "", said.message ?? line.slice(0, 200));
    }
    default:
      throw new Error(`an event of type ${type} is unknown`);
  }
}
