import { type AlertStories, controllerSeries, OTHER_POD } from "../story.ts";

const DATASET = { dataset: "bgp/daily" };
const GIB = 2 ** 30;
const BYTES = controllerSeries("sluice_database_bytes", DATASET);

function partitions(there: string, kept: string): Readonly<Record<string, string>> {
  return { [controllerSeries("sluice_dataset_partitions", DATASET)]: there, [controllerSeries("sluice_dataset_partitions_kept", DATASET)]: kept };
}

/** The disk has 100 GiB. */
export const DATABASE: Readonly<Record<string, AlertStories>> = {
  SluiceDatabaseNearlyFull: {
    severity: "critical",
    fires: {
      "at 86 of 100 GiB": { series: { [BYTES]: `${86 * GIB}x300` }, at: "10m", labels: DATASET, summary: "The database of bgp/daily has grown to 86GiB." },
      "at half of it with half as value": { series: { [BYTES]: `${51 * GIB}x300` }, at: "10m", alerts: { database: { diskBytes: 100 * GIB, share: 0.5 } }, labels: DATASET, summary: "The database of bgp/daily has grown to 51GiB." },
    },
    isQuiet: {
      "at 84 of 100 GiB": { series: { [BYTES]: `${84 * GIB}x300` }, at: "2h" },
      "on a disk twice as large": { series: { [BYTES]: `${86 * GIB}x300` }, at: "2h", alerts: { database: { diskBytes: 200 * GIB } } },
    },
  },

  SluiceDatabaseFilling: {
    severity: "warning",
    fires: {
      "at 72 GiB, after four days that took 8 each": { series: { [BYTES]: [40, 48, 56, 64, 72].map((size) => `${size * GIB}x143`).join(" ") }, at: "100h", every: "10m", labels: DATASET, summary: "The database of bgp/daily will reach 124.9GiB within 7 days, more than its disk holds." },
    },
    isQuiet: {
      "at 60 GiB, after four days that took one each": { series: { [BYTES]: [56, 57, 58, 59, 60].map((size) => `${size * GIB}x143`).join(" ") }, at: "100h", every: "10m" },
      "at 80 GiB that do not grow, seen through a restart": { series: { [BYTES]: `${80 * GIB}x300 stale`, [controllerSeries("sluice_database_bytes", DATASET, OTHER_POD)]: `_x302 ${80 * GIB}x500` }, at: "100h", every: "10m" },
      "in the first two days, however fast it grows": { series: { [BYTES]: `${GIB}x143 ${30 * GIB}x143` }, at: "47h", every: "10m" },
      "with one day as value": { series: { [BYTES]: [40, 48, 56, 64, 72].map((size) => `${size * GIB}x143`).join(" ") }, at: "100h", every: "10m", alerts: { database: { diskBytes: 100 * GIB, days: 1 } } },
    },
  },

  SluicePartitionsLeft: {
    severity: "warning",
    fires: {
      "when ten days are left that should be dropped": { series: partitions("740x1000", "730x1000"), at: "6h5m", labels: DATASET, summary: "bgp/daily has 10 partitions more than its retention keeps." },
      "at fewer with a smaller value": { series: partitions("732x1000", "730x1000"), at: "6h5m", alerts: { partitionsLeft: { partitions: 1 } }, labels: DATASET, summary: "bgp/daily has 2 partitions more than its retention keeps." },
    },
    isQuiet: {
      "with three more than there should be": { series: partitions("733x1000", "730x1000"), at: "10h" },
      "when one is dropped late": { series: partitions("735x300 730x500", "730x1000"), at: "6h5m" },
      "while the dataset is young": { series: partitions("12x1000", "730x1000"), at: "10h" },
    },
  },
};
