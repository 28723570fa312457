import { existsSync, readFileSync } from "node:fs";
import { SurroundingsError } from "../model/errors.ts";

/** @throws SurroundingsError without /proc: from it come the memory of processes, and which of them are alive */
export function checkProc(): void {
  if (!existsSync("/proc/self/status")) throw new SurroundingsError("/proc is not mounted here: from it Sluice reads how much memory its processes use, and which of them are alive.");
}

/** Whether any process has this PID, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process started, in the kernel's clock ticks since boot; null if there is no such process. PIDs are reused, so a PID alone proves nothing. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the name in brackets, which may contain blanks.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
