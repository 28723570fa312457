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
