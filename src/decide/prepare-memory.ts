/** Prepare holds the list of targets and no answer. */
export const PREPARE_MEMORY_BYTES = 512 * 2 ** 20;
