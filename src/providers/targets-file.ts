/** Where a pod of prepare finds the list of a ConfigMap, one target a line. */
export const TARGETS_FILE = "/sluice-targets/list";
