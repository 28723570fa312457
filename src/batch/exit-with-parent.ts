import { Socket } from "node:net";

/** As long as a parent gives a program that it has asked to stop. */
const GRACE_MS = 10_000;

/**
 * A program on one machine ends with the command that started it, however that one ended: it holds the other end of a pipe.
 * On Kubernetes there is no such pipe, and nothing happens here.
 *
 * @param env SLUICE_PARENT_FD names the descriptor
 * @param onGone what SIGTERM would do; the program is ended if that takes too long, because nobody is left to kill it
 */
export function exitWithParent(env: Readonly<Record<string, string | undefined>>, onGone: () => void): void {
  const descriptor = env["SLUICE_PARENT_FD"];
  if (descriptor === undefined) return;
  const parent = new Socket({ fd: Number(descriptor), readable: true, writable: false });
  parent.on("error", () => {});
  parent.once("close", () => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
    onGone();
  });
  parent.resume();
  // It alone is no reason to stay.
  parent.unref();
}
