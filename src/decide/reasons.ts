/** Reasons of the events of a sweep. Scripts and alerts filter by them, so they never change. */
export const REASON = {
  /** A pass is packed into batches, which are being launched. */
  prepared: "Prepared",
  /** Prepare found something noteworthy in the list of targets. */
  noted: "Noted",
  /** A shorter retention drops windows, so it is not followed until somebody confirms it. */
  retentionHeld: "RetentionHeld",
  /** Prepare ended without a result and is run again. */
  prepareAgain: "PrepareAgain",
  /** Every batch of a pass has finished. */
  passEnded: "PassEnded",
  /** Its unsettled targets are asked again in smaller batches with more memory. */
  batchOutOfMemory: "BatchOutOfMemory",
  /** The next pass asks the targets that it left unsettled. */
  batchCrashed: "BatchCrashed",
  /** No batch is launched until a prepare succeeds. */
  blocked: "Blocked",
  /** A prepare succeeded again. */
  unblocked: "Unblocked",
  suspended: "Suspended",
  resumed: "Resumed",
  /** complete, usable or incomplete: the verdict is in the message. */
  finished: "Finished",
  /** The spec is wrong; the message says why. */
  failed: "Failed",
} as const;

/** Reasons of the events and conditions of a CronSweep. They never change either. */
export const CRON_REASON = {
  /** The spec is valid. */
  accepted: "Accepted",
  /** The spec is invalid: the message has the problems that `sluice validate` reports. */
  invalid: "Invalid",
  /** A warning about a valid spec. */
  noted: "Noted",
  /** A Sweep was created. */
  began: "SweepBegan",
  /** One of its Sweeps finished; the message has the verdict. */
  ended: "SweepEnded",
  /** Somebody deleted one of its Sweeps before it finished. */
  deleted: "SweepDeleted",
  /** The API server refused to create a Sweep. */
  notMade: "SweepNotMade",
  /** Another object has the name of a Sweep that is to be created. */
  nameTaken: "SweepNameTaken",
  /** The trigger annotation started a Sweep. */
  triggered: "Triggered",
  /** The trigger annotation names no window that can be asked. */
  badTrigger: "BadTrigger",
  /** The window that the trigger annotation names is being swept already. */
  runsAlready: "RunsAlready",
  /** A Sweep runs. */
  sweeping: "Sweeping",
  /** spec.suspend: the schedule starts no sweep. */
  suspended: "Suspended",
  /** The annotation sluice.dev/paused: neither the schedule nor a trigger starts a sweep. */
  paused: "Paused",
  /** The schedule has not run yet since the CronSweep was created. */
  beforeFirstRun: "BeforeFirstRun",
  /** Some windows are not complete and are tried again at the next run. */
  waiting: "WaitingForNextRun",
  /** Windows left catchUp without being asked: the message has the command that fills them. */
  windowsMissed: "WindowsMissed",
  /** Its retention is shorter than the dataset's and would drop windows: nobody has confirmed that. */
  unconfirmed: "Unconfirmed",
  /** Those windows were filled or given up. */
  noneMissed: "NoneMissed",
  /** All windows within catchUp are complete. */
  upToDate: "UpToDate",
  /** The controller failed on this object: a bug. It tries again at least every five minutes. */
  reconcileFailed: "ReconcileFailed",
} as const;

/** Reasons of the events and conditions of a Sweep, besides REASON and its phases. They never change either. */
export const SWEEP_REASON = {
  /** The spec is valid, and the settings of the pods are frozen. */
  accepted: "Accepted",
  /** The spec is invalid: the message has the problems that `sluice validate` reports. */
  invalid: "Invalid",
  /** It names a CronSweep that does not exist; it is reconciled again when one of that name appears. */
  cronSweepNotFound: "CronSweepNotFound",
  /** Its window is not over, has not settled, or is too old. */
  notAskable: "NotAskable",
  /** A Job of somebody else has the name of one of its own. */
  nameTaken: "JobNameTaken",
  /** The API server refused to create its Job: a quota, a policy, or a wrong setting of the pods. */
  jobRefused: "JobRefused",
  /** One of its pods has no node yet, or cannot start for another reason that may pass. */
  podWaits: "PodWaits",
  /** Its retention is shorter than the dataset's and would drop windows: nobody has confirmed that. */
  unconfirmed: "Unconfirmed",
  /** Nothing blocks it. */
  unhindered: "Unhindered",
  /** The controller failed on this object: a bug. It tries again at least every five minutes. */
  reconcileFailed: "ReconcileFailed",
} as const;
