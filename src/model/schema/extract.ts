import { z } from "zod";
import { text } from "./scalars.ts";

function pattern(description: string, examples?: readonly string[]) {
  return text(1000)
    .optional()
    .meta(examples === undefined ? { description } : { description, examples });
}

export const extract = z.strictObject({
  pattern: pattern(
    "A regular expression that matches once for each update. Its first group is the time, its second, if there is one, the type. Matched on the bytes of the answer as latin1, while they stream; `sluice try` shows what it finds.",
    ['"at":([0-9]{10}),"kind":"([a-z]{1,16})"'],
  ),
  time: z.enum(["unix", "iso"]).optional().meta({ description: "How the answer writes its times: whole seconds since 1970, or ISO 8601 in UTC." }),
  declared: pattern(
    "Group 1 is how many matches the answer says that it holds. Without it nothing proves that all was found, and no answer can be known to be empty.",
    ['"count":([0-9]{1,12})'],
  ),
  error: pattern("A match marks the answer as an error; group 1, if there is one, is the reason.", ['"error":"([^"]{1,200})"']),
  maintenance: pattern("A match marks the answer as the provider's maintenance, which says nothing about the target."),
  queryStart: pattern("Group 1 is the start of what the answer says that it covers."),
  queryEnd: pattern("Group 1 is the end of what the answer says that it covers. Earlier than asked and without a continuation, the answer is suspect."),
  continuation: pattern("Group 1 is the URL of the rest of a cut answer. It is followed on the same host only."),
  queryId: pattern("Group 1 is the provider's own name for the answer. It is kept with the result, to ask the provider about it."),
  maxParts: z.int().min(1).max(10_000).optional().meta({ description: "Parts of one target at the most." }),
});

/** The fields of extract that hold a pattern. */
export const PATTERN_FIELDS = ["pattern", "declared", "error", "maintenance", "queryStart", "queryEnd", "continuation", "queryId"] as const;
