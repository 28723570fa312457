const NEWLINE = 10;

/**
 * Cuts a stream into its lines, without their ends.
 * @param mostBytes of a line, which bounds what is held
 * @throws where a line is longer, or where the stream ends within one
 */
export async function* lines(chunks: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<string, void, undefined> {
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
    if (bytes > mostBytes) throw new Error(`a line is longer than ${mostBytes} bytes`);
    if (rest.length > 0) held.push(rest);
  }
  if (bytes > 0) throw new Error("the stream ended within a line");
}
