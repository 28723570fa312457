import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { SurroundingsError } from "../model/errors.ts";
import type { Cli } from "./main.ts";

/**
 * Lets `fill` write a result of any size, to standard output or into a file. A reader that has seen enough, such as head, is no error.
 * A file is there only when all of it is.
 *
 * @throws SurroundingsError where the file cannot be written: no such folder, no right, no space
 */
export async function writeTo(cli: Cli, file: string | undefined, fill: (out: Writable) => Promise<void>): Promise<void> {
  if (file === undefined) {
    await pour(cli, cli.stdout.stream, fill).catch((error: unknown) => {
      if (!isEndOfReader(error)) throw error;
    });
    return;
  }
  // What is no plain file, such as /dev/null or a pipe, is written as it is.
  const isPlain = statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  // Of its own: another command may be writing the same file.
  const fresh = isPlain ? `${file}.${randomUUID().slice(0, 8)}.part` : file;
  const handle = await open(fresh, "w").catch((error: unknown) => {
    throw cannotBeWritten(file, error as Error);
  });
  const stream = handle.createWriteStream();
  try {
    await pour(cli, stream, fill);
    stream.end();
    await once(stream, "close");
    if (isPlain) {
      await rename(fresh, file).catch((error: unknown) => {
        throw cannotBeWritten(file, error as Error);
      });
    }
  } catch (error) {
    stream.destroy();
    if (isPlain) await rm(fresh, { force: true });
    throw error instanceof SinkError ? cannotBeWritten(file, error) : error;
  }
}

function cannotBeWritten(file: string, { message }: Error): SurroundingsError {
  return new SurroundingsError(`${file} cannot be written: ${message.replace(/\.[0-9a-f]{8}\.part(?=')/g, "")}.`);
}

/** What went wrong on the side of who takes the result, and not of who makes it. */
class SinkError extends Error {
  readonly code: string;

  constructor({ message, code = "" }: NodeJS.ErrnoException) {
    super(message);
    this.code = code;
  }
}

function isEndOfReader(error: unknown): boolean {
  return error instanceof SinkError && ["EPIPE", "ERR_STREAM_DESTROYED", "ECONNRESET"].includes(error.code);
}

async function pour({ signal }: Cli, sink: Writable, fill: (out: Writable) => Promise<void>): Promise<void> {
  const between = new PassThrough({ signal });
  const [drained, filled] = await Promise.allSettled([drain(between, sink), fill(between)]);
  if (signal.aborted) throw signal.reason as Error;
  // If the sink broke, what fills broke with it, and the other way round: only a SinkError says who was first.
  if (drained.status === "rejected" && drained.reason instanceof SinkError) throw drained.reason;
  if (filled.status === "rejected") throw filled.reason as Error;
  if (drained.status === "rejected") throw drained.reason as Error;
}

/** Not a pipeline: that would tell the sink of the source's errors, as if they were its own. */
async function drain(from: Readable, sink: Writable): Promise<void> {
  // Whoever writes is told; but an error that nobody listens to would end the process.
  sink.on("error", ignore);
  for await (const chunk of from as AsyncIterable<Buffer>) await written(sink, chunk);
}

function ignore(): void {
  // told by the write that failed
}

function written(sink: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(chunk, (error) => {
      if (error) reject(new SinkError(error));
      else resolve();
    });
  });
}
