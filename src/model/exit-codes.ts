/** What a prepare or batch process says by ending. Anything else is a crash. */
export const PROGRAM_EXIT = {
  /** Every target of the batch has a result. */
  done: 0,
  /** The spec is wrong: the sweep fails at once, with the sentence. */
  spec: 2,
  /** The surroundings are (database, host, permissions): the sweep is Blocked until they are right again. */
  surroundings: 3,
  /** Its own memory guard: it would have passed its limit. */
  memory: 4,
  /** Asked to stop. */
  stopped: 143,
} as const;

/** What the command line says by ending. */
export const COMMAND_EXIT = {
  /** complete or usable */
  done: 0,
  incomplete: 1,
  /** the command or the file is wrong */
  usage: 2,
  /** the surroundings are: database, host */
  surroundings: 3,
  interrupted: 130,
} as const;
