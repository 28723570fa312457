/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp", description: "Since when there is this object." };

export const CRON_SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Schedule", type: "string", jsonPath: ".spec.schedule", description: "When is asked." },
  { name: "Timezone", type: "string", jsonPath: ".spec.timeZone", description: "The time zone of the schedule." },
  // A text: kubectl prints a date as an age, and one that is to come as <invalid>.
  { name: "Next run", type: "string", jsonPath: ".status.nextRun", description: "When the schedule comes next." },
  { name: "Newest", type: "string", jsonPath: ".status.newestWindow", description: "The newest window." },
  { name: "State", type: "string", jsonPath: ".status.newestState", description: "What became of the newest window." },
  { name: "Behind", type: "integer", jsonPath: ".status.windowsToCatchUp", description: "Windows to catch up." },
  { name: "Suspended", type: "boolean", jsonPath: ".spec.suspend", description: "Whether no new sweeps are begun." },
  AGE,
  { name: "Last success", type: "date", jsonPath: ".status.lastSuccess", description: "Since a sweep last ended well.", priority: 1 },
  { name: "Active", type: "string", jsonPath: ".status.active", description: "Sweeps that run.", priority: 1 },
];

export const SWEEP_COLUMNS: readonly PrinterColumn[] = [
  { name: "Window", type: "string", jsonPath: ".spec.window.start", description: "The window's start." },
  { name: "Phase", type: "string", jsonPath: ".status.phase", description: "Where it stands." },
  { name: "Pass", type: "integer", jsonPath: ".status.pass", description: "The pass that runs." },
  { name: "Settled", type: "string", jsonPath: ".status.settledOfTargets", description: "Settled targets of all." },
  { name: "Failed", type: "integer", jsonPath: ".status.failed", description: "Targets that failed." },
  { name: "Batches", type: "string", jsonPath: ".status.batches", description: "Batches done of those of this round." },
  { name: "Memory", type: "string", jsonPath: ".status.peakMemory", description: "The largest peak of a batch, of its limit." },
  { name: "Rate", type: "string", jsonPath: ".status.rate", description: "Targets settled a second." },
  { name: "ETA", type: "string", jsonPath: ".status.eta", description: "How long the rest of this round will take." },
  AGE,
  { name: "Dataset", type: "string", jsonPath: ".status.dataset", description: "The dataset.", priority: 1 },
  { name: "Verdict", type: "string", jsonPath: ".status.verdict", description: "What the window came to.", priority: 1 },
  { name: "Image", type: "string", jsonPath: ".status.image", description: "The image of its pods.", priority: 1 },
];
