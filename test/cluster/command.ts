import { execFile } from "node:child_process";

/** @returns what the program wrote to its output. @throws what it wrote to its error output, if it failed */
export function command(program: string, words: readonly string[], input = ""): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(program, words, { maxBuffer: 64 * 1024 * 1024 }, (error, output, problem) => {
      if (error === null) done(output);
      else failed(new Error(`${program} ${words.join(" ")}: ${problem.trim() || error.message}`));
    });
    // One that ends early does not read all of it; its exit code says why.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
