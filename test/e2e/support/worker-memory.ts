import { readdirSync, readFileSync } from "node:fs";
import { anonMemory } from "../../../src/local/processes.ts";

/** The largest anonymous memory of a batch process on the node, sampled until `stop` is called; 0 on kind, whose node is another machine. */
export function sampleWorkers(): { stop(): number } {
  let most = 0;
  const timer = setInterval(() => {
    for (const pid of workers()) most = Math.max(most, anonMemory(pid) ?? 0);
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

function workers(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isWorker(name))
    .map(Number);
}

function isWorker(pid: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
    return words.includes("/sluice/worker.mjs") && words.includes("batch");
  } catch {
    return false;
  }
}
