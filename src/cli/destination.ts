import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { SurroundingsError } from "../model/errors.ts";
import type { Cli } from "./main.ts";

/**
 * Lets `fill` write a result of any size, to standard output or to a file. A reader that stops early, such as head, is no error.
 * The file appears only once it is complete.
 *
 * @throws SurroundingsError if the file cannot be written: no such folder, no permission, no space
 */
export async function writeTo(cli: Cli, file: string | undefined, fill: (out: Writable) => Promise<void>): Promise<void> {
  if (file === undefined) {
    await pour(cli, cli.stdout.stream, fill).catch((error: unknown) => {
      if (!isClosedByReader(error)) throw error;
    });
    return;
  }
  // /dev/null or a pipe cannot be replaced by a renamed file: write to it directly.
  const isRegular = statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  // A unique name, since another command may be writing the same file.
  const partial = isRegular ? `${file}.${randomUUID().slice(0, 8)}.part` : file;
  const handle = await open(partial, "w").catch((error: unknown) => {
    throw cannotBeWritten(file, error as Error);
  });
  const stream = handle.createWriteStream();
  try {
    await pour(cli, stream, fill);
    stream.end();
    await once(stream, "close");
    if (isRegular) {
      await rename(partial, file).catch((error: unknown) => {
        throw cannotBeWritten(file, error as Error);
      });
    }
  } catch (error) {
    stream.destroy();
    if (isRegular) await rm(partial, { force: true });
    throw error instanceof SinkError ? cannotBeWritten(file, error) : error;
  }
}

function cannotBeWritten(file: string, error: Error): SurroundingsError {
  return new SurroundingsError(`${file} cannot be written: ${error.message.replace(/\.[0-9a-f]{8}\.part(?=')/g, "")}.`, { cause: error });
}

/** An error of the destination, as opposed to one of whatever produces the result. */
class SinkError extends Error {
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.code = cause.code ?? "";
  }
}

function isClosedByReader(error: unknown): boolean {
  return error instanceof SinkError && ["EPIPE", "ERR_STREAM_DESTROYED", "ECONNRESET"].includes(error.code);
}

async function pour({ signal }: Cli, sink: Writable, fill: (out: Writable) => Promise<void>): Promise<void> {
  const pipe = new PassThrough({ signal });
  const [drained, filled] = await Promise.allSettled([drain(pipe, sink), fill(pipe)]);
  if (signal.aborted) throw signal.reason as Error;
  // If one side fails, the other fails with it. A SinkError means that the sink was first.
  if (drained.status === "rejected" && drained.reason instanceof SinkError) throw drained.reason;
  if (filled.status === "rejected") throw filled.reason as Error;
  if (drained.status === "rejected") throw drained.reason as Error;
}

/** Not a pipeline: that would report errors of the source as errors of the sink. */
async function drain(from: Readable, sink: Writable): Promise<void> {
  // The failed write rejects; without a listener the same error would also crash the process.
  sink.on("error", ignore);
  for await (const chunk of from as AsyncIterable<Buffer>) await written(sink, chunk);
}

function ignore(): void {
  // reported by the write that failed
}

function written(sink: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(chunk, (error) => {
      if (error) reject(new SinkError(error));
      else resolve();
    });
  });
}
