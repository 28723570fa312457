import { execFile } from "node:child_process";

/** @returns the program's output. @throws its error output, if it fails */
export function command(program: string, words: readonly string[], input = ""): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(program, words, { maxBuffer: 64 * 1024 * 1024 }, (error, output, problem) => {
      if (error === null) done(output);
      else failed(new Error(`${program} ${words.join(" ")}: ${problem.trim() || error.message}`));
    });
    // A program that exits early does not read all of its input; its exit code says why.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
