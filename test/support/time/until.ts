import { setTimeout as wait } from "node:timers/promises";

/** Waits for a condition. @throws after half a minute, or as many seconds as are given, naming what did not come */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await wait(10);
  }
}

/** Waits until no process has this number. */
export async function untilGone(pid: number): Promise<void> {
  await until(`process ${pid} is gone`, () => !isRunning(pid));
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
