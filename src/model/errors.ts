/**
 * The three ways in which a program says that it cannot go on. Each carries one sentence for a person:
 * what is wrong and where. No stack trace is shown for them.
 */

/** The file, the command or the frozen spec is wrong. Exit code 2. */
export class SpecError extends Error {
  override readonly name = "SpecError";
}

/** The surroundings are wrong: database, host, permissions, disk. Exit code 3. */
export class SurroundingsError extends Error {
  override readonly name = "SurroundingsError";
}

/** A newer incarnation of this batch, or another driver of this sweep, is at work: write nothing more. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}
