import fc from "fast-check";
import { expect, test } from "vitest";
import { lines } from "../../../src/kube/watch-events.ts";

async function linesOf(chunks: readonly (string | Buffer)[], most = 100): Promise<string[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  }
  const all: string[] = [];
  for await (const line of lines(stream(), most)) all.push(line);
  return all;
}

test("gives the same lines wherever the stream is cut, even within a character", async () => {
  const text = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }).map((line) => line.replaceAll("\n", "")), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(400)), async (wanted, cuts) => {
      const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((one, other) => one - other), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(await linesOf(chunks, 1000)).toEqual(wanted.map((line) => Buffer.from(line).toString()));
    }),
  );
});

test("accepts a line of the maximum length and refuses a longer one, however it is cut", async () => {
  const longest = "x".repeat(100);
  expect(await linesOf([longest, "\n"])).toEqual([longest]);
  await expect(linesOf([longest, "x"])).rejects.toThrow("a line is longer than 100 bytes");
  await expect(linesOf(Array<string>(101).fill("x"))).rejects.toThrow("a line is longer than 100 bytes");
});

test("treats a stream that ends within a line as broken", async () => {
  await expect(linesOf(["a\nb"])).rejects.toThrow("the stream ended within a line");
});
