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
