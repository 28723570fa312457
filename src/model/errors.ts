import { type FieldProblem, formatFieldProblem } from "./field-problem.ts";

/**
 * The three ways in which a program says that it cannot go on. Each carries one sentence for a person: what is wrong and where.
 * No stack trace is shown for them. One that wraps another error has it as its `cause`.
 */

/** The file, the command or the frozen spec is wrong. Exit code 2. */
export class SpecError extends Error implements FieldProblem {
  override readonly name = "SpecError";
  /**
   * The field that is wrong, from the spec of a sweep on: ["extract", "pattern"]. That spec is a CronSweep's spec.sweepTemplate.spec, a Sweep's spec
   * and what Postgres froze, so only `documents` knows the rest of the path. Empty where no field is to blame.
   */
  readonly path: readonly PropertyKey[];
  /** What is wrong, without the field; the message has both. */
  readonly sentence: string;

  constructor(sentence: string, { path = [], ...options }: ErrorOptions & Partial<Pick<FieldProblem, "path">> = {}) {
    super(formatFieldProblem({ path, sentence }), options);
    this.path = path;
    this.sentence = sentence;
  }
}

/** Does `work`; a SpecError that it throws is thrown on with the path of the field that it is about. */
export function atField<T>(path: readonly PropertyKey[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.sentence, { path, cause: error });
  }
}

/** The environment is wrong: database, host, permissions, disk. Exit code 3. */
export class SurroundingsError extends Error {
  override readonly name = "SurroundingsError";
}

/** A newer incarnation of this batch, or another driver of this sweep, is at work: write nothing more. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

/** Codes of system calls that fail because of the machine: its disks, permissions and limits. */
const MACHINE_CODES = ["EACCES", "EBUSY", "EDQUOT", "EFBIG", "EIO", "EISDIR", "ELOOP", "EMFILE", "ENAMETOOLONG", "ENFILE", "ENODEV", "ENOENT", "ENOMEM", "ENOSPC", "ENOTDIR", "ENXIO", "EPERM", "EROFS", "ETXTBSY"];

/** The environment problem that a failed system call is, wherever it happened; null for any other error, which is a bug. */
export function systemProblem(error: unknown): SurroundingsError | null {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error) || !MACHINE_CODES.includes(String(error.code))) return null;
  return new SurroundingsError(`The operating system refuses: ${error.message.replace(/^E[A-Z]+: /, "")}.`, { cause: error });
}

/** The host name that led to no address: Node gives it beside the message. Null where it does not. */
export function unresolvedNameIn(error: Error): string | null {
  return "hostname" in error && typeof error.hostname === "string" ? error.hostname : null;
}
