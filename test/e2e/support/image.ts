/** The image as it is in the cluster's node before the first test. */
export const IMAGE = "localhost/sluice:dev";
