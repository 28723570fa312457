import { Socket } from "node:net";

/** The same time that a parent gives a program that it asks to stop. */
const GRACE_MS = 10_000;

/** A parent kills a program that is silent for much longer than this. */
const BEAT_EVERY_MS = 2_000;

/**
 * Stops a program when the command that started it is gone, even by SIGKILL: the command holds the other end of a pipe. Does nothing
 * without that pipe, as on Kubernetes. Through the same pipe the program tells the command that its event loop turns; if it does not,
 * it cannot stop by itself either, and whoever started it has to kill it.
 *
 * @param env SLUICE_PARENT_FD is the pipe's descriptor
 * @param onGone does what SIGTERM would do. If that takes too long the program kills itself, since no parent is left to do it.
 */
export function exitWithParent(env: Readonly<Record<string, string | undefined>>, onGone: () => void): void {
  const descriptor = env["SLUICE_PARENT_FD"];
  if (descriptor === undefined) return;
  const parent = new Socket({ fd: Number(descriptor), readable: true, writable: true });
  const beat = setInterval(() => {
    // A parent that does not read must not make the program's memory grow.
    if (parent.writableLength === 0) parent.write(".");
  }, BEAT_EVERY_MS);
  parent.write(".");
  parent.on("error", () => {});
  parent.once("close", () => {
    clearInterval(beat);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
    onGone();
  });
  parent.resume();
  // The pipe alone must not keep the program running.
  parent.unref();
  beat.unref();
}
