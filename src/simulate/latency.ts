import type { Latency } from "./scenario.ts";
import { normal, type Random } from "./seeded.ts";

/** One draw, in seconds. */
export function drawLatency(latency: Latency, random: Random): number {
  return Math.min(latency.atMostSeconds ?? Number.POSITIVE_INFINITY, draw(latency, random));
}

function draw(latency: Latency, random: Random): number {
  switch (latency.distribution) {
    case "constant":
      return latency.seconds;
    case "uniform":
      return latency.fromSeconds + (latency.toSeconds - latency.fromSeconds) * random();
    case "exponential":
      return -latency.meanSeconds * Math.log(1 - random());
    case "lognormal":
      return latency.medianSeconds * Math.exp(latency.sigma * normal(random));
    case "pareto":
      return latency.leastSeconds * (1 - random()) ** (-1 / latency.shape);
  }
}
