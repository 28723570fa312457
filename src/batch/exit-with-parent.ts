import { Socket } from "node:net";

/** The same time that a parent gives a program that it asks to stop. */
const GRACE_MS = 10_000;

/**
 * Stops a program when the command that started it is gone, even by SIGKILL: the command holds the other end of a pipe. Does nothing
 * without that pipe, as on Kubernetes.
 *
 * @param env SLUICE_PARENT_FD is the pipe's descriptor
 * @param onGone does what SIGTERM would do. If that takes too long the program kills itself, since no parent is left to do it.
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
  // The pipe alone must not keep the program running.
  parent.unref();
}
