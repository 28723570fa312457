/** Exit codes of prepare and batch. Any other code is a crash. */
export const PROGRAM_EXIT = {
  /** Every target of the batch has a result. */
  done: 0,
  /** The spec is wrong: the sweep fails at once, with the message as its problem. */
  spec: 2,
  /** The environment is wrong (database, host, permissions): the sweep is Blocked until it is fixed. */
  surroundings: 3,
  /** Stopped by its own memory guard, just below its limit. */
  memory: 4,
  /** Asked to stop. */
  stopped: 143,
} as const;

/** Exit codes of the command line. */
export const COMMAND_EXIT = {
  /** complete or usable */
  done: 0,
  incomplete: 1,
  /** the command or the file is wrong */
  usage: 2,
  /** the environment is wrong: database, host, disk, cluster */
  surroundings: 3,
  interrupted: 130,
} as const;
