/** Why a CronSweep's event was said or its condition is as it is: stable words, for whoever filters by them. */
export const CRON_REASON = {
  /** Its spec is right. */
  accepted: "Accepted",
  /** Its spec is wrong: the sentences are those of `sluice validate`. */
  invalid: "Invalid",
  /** It can be run, but should be known. */
  noted: "Noted",
  /** A Sweep was made. */
  began: "SweepBegan",
  /** One of its Sweeps ended: with what is in the message. */
  ended: "SweepEnded",
  /** Somebody deleted one of its Sweeps before it ended. */
  deleted: "SweepDeleted",
  /** The API server does not let a Sweep be made. */
  notMade: "SweepNotMade",
  /** An object that is not its own has the name of a Sweep that was to be made. */
  nameTaken: "SweepNameTaken",
  /** The trigger annotation made a Sweep. */
  triggered: "Triggered",
  /** The trigger annotation names no window that can be asked. */
  badTrigger: "BadTrigger",
  /** The window that the trigger annotation names is being swept already. */
  runsAlready: "RunsAlready",
  /** A Sweep runs. */
  sweeping: "Sweeping",
  /** spec.suspend: nothing is begun. */
  suspended: "Suspended",
  /** The annotation sluice.dev/paused: nothing is begun. */
  paused: "Paused",
  /** No run of the schedule has come since it was made. */
  beforeFirstRun: "BeforeFirstRun",
  /** Windows are not complete, and have another chance with the next run. */
  waiting: "WaitingForNextRun",
  /** All windows that are looked at are complete. */
  upToDate: "UpToDate",
} as const;
