import type { Readable } from "node:stream";
import { ApiError, ApiUnreachable, type StatusBody } from "./api-error.ts";
import type { KubeObject } from "./object.ts";

const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Reads a watch line by line. However the loop over it ends, the connection is closed. */
export async function* watchEvents<T extends KubeObject>(open: () => Promise<Readable>, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const body = await open();
  try {
    yield { type: "OPENED" };
    for await (const line of lines(body as AsyncIterable<Buffer>, MAX_LINE_BYTES)) yield eventOf<T>(line);
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
      const status = object as StatusBody;
      throw new ApiError(status.code ?? 500, status.reason ?? "", status.message ?? line.slice(0, 200));
    }
    default:
      throw new Error(`unknown event type ${type}`);
  }
}

/** An ERROR event is thrown as ApiError. */
export type WatchEvent<T extends KubeObject> =
  /** Comes first: the server has accepted the watch. */
  | { readonly type: "OPENED" }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

const NEWLINE = 10;

/**
 * Cuts a stream into its lines, without their ends.
 * @param maxBytes of a line: bounds the memory
 * @throws where a line is longer, and where the stream ends within a line
 */
export async function* lines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string, void, undefined> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, end)]).toString("utf8");
      held = [];
      bytes = 0;
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    bytes += rest.length;
    if (bytes > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`);
    if (rest.length > 0) held.push(rest);
  }
  if (bytes > 0) throw new Error("the stream ended within a line");
}
