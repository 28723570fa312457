import type { WriteStream } from "node:tty";
import type { Output } from "../cli/context.ts";

/** A stream of this process as a command sees it. */
export function output(stream: WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    stream,
    get isTerminal() {
      return stream.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 80;
    },
  };
}
