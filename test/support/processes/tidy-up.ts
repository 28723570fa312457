import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * What a test leaves outside its own process, and what it takes to remove it. Done when the function that comes back is called,
 * or when this process ends in any other way: also a killed run closes its pipes.
 *
 * @param script for the shell; "$1", "$2" and so on are `args`
 */
export function tidyUpAtTheEnd(script: string, ...args: readonly string[]): () => Promise<void> {
  const tidier = spawn("/bin/sh", ["-c", `cat; ${script}`, "tidy-up", ...args], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  const gone = once(tidier, "exit");
  tidier.unref();
  return async () => {
    tidier.ref();
    tidier.stdin.end();
    await gone;
  };
}

/** Of the script: ends the process whose number is "$pid" by a signal, and waits until it is gone. */
export function endBy(signal: string): string {
  return `kill -${signal} "$pid"; while kill -0 "$pid"; do sleep 0.02; done`;
}
