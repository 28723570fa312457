/** The image that the cluster's node has before the first test. */
export const IMAGE = "localhost/sluice:dev";

/** The chart's values that name it. */
export const CHART_VALUES = { image: { registry: "localhost", repository: "sluice", tag: "dev" } };
