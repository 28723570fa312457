/** Why an event was said: stable words, for whoever filters by them. */
export const REASON = {
  /** A pass is packed into batches, and they are being launched. */
  prepared: "Prepared",
  /** Prepare told something about the list of targets. */
  noted: "Noted",
  /** Prepare ended without saying what it made; it is run again. */
  prepareAgain: "PrepareAgain",
  /** Every batch of a pass has ended. */
  passEnded: "PassEnded",
  /** Its targets come back in smaller batches with more memory. */
  batchOutOfMemory: "BatchOutOfMemory",
  /** What it left undone is taken up by the next pass. */
  batchCrashed: "BatchCrashed",
  /** Nothing more is launched until a prepare works again. */
  blocked: "Blocked",
  /** A prepare worked again. */
  unblocked: "Unblocked",
  suspended: "Suspended",
  resumed: "Resumed",
  /** complete, usable or incomplete: the verdict is in the message. */
  finished: "Finished",
  /** The spec is wrong; the sentence is in the message. */
  failed: "Failed",
} as const;

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

/** Why a condition is as it is, or an event was said, beside the reasons of decide/reasons.ts and the phases: stable words, for whoever filters by them. */
export const SWEEP_REASON = {
  /** Its spec is right, and what its pods are made from is frozen. */
  accepted: "Accepted",
  /** Its spec is wrong: the sentences are those of `sluice validate`. */
  invalid: "Invalid",
  /** It names a CronSweep that is not there; it is looked at again when one of that name appears. */
  cronSweepNotFound: "CronSweepNotFound",
  /** Its window is not over, has not settled, or is out of reach. */
  notAskable: "NotAskable",
  /** Somebody else's Job has the name of one of its own. */
  nameTaken: "JobNameTaken",
  /** The API server does not let its Job be made: a quota, a policy, or a setting of the pods that is wrong. */
  jobRefused: "JobRefused",
  /** A pod of it is made and has no node yet, or cannot begin for another reason that may pass. */
  podWaits: "PodWaits",
  /** Nothing stands in its way. */
  unhindered: "Unhindered",
} as const;
