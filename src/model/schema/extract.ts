import { z } from "zod";
import type { EnvelopeField } from "../pattern-fields.ts";
import { text } from "./scalars.ts";

function pattern(description: string, examples?: readonly string[]) {
  return text(1000)
    .optional()
    .meta(examples === undefined ? { description } : { description, examples });
}

const envelope = {
  declared: pattern(
    "Group 1 is the number of matches that the answer declares: a whole number, read to its end. Without it nothing proves that all matches were found. If it matches more than once, all numbers must be equal.",
    ['"count":([0-9]{1,12})'],
  ),
  empty: pattern(
    "A match means that an answer in which nothing is found is empty. Without it, only an answer that declares zero is; any other answer without a match, such as a login page, is suspect.",
    ['"events":\\[\\]'],
  ),
  target: pattern(
    "Group 1 is the name of the target that the answer is about, with the escapes of JSON undone. If it is another target than the one that was asked for, or if it is missing, the answer is suspect.",
    ['"sensor":"([^"]{1,100})"'],
  ),
  error: pattern("A match marks the answer as an error; group 1, if present, is the reason.", ['"error":"([^"]{1,200})"']),
  maintenance: pattern("A match means that the provider is in maintenance; the answer then says nothing about the target."),
  queryStart: pattern("Group 1 is the start of the time that the answer covers, as it declares itself. A match before it makes the answer suspect, and so does an answer without it."),
  queryEnd: pattern("Group 1 is the end of the time that the answer covers. If it is earlier than requested and there is no continuation, the answer is suspect. A match after it makes the answer suspect, and so does an answer without it."),
  continuation: pattern("Group 1 is the URL of the next part of a large answer. It is only followed to the same host."),
  queryId: pattern("Group 1 is the provider's ID of the answer. It is stored with the result, so that you can ask the provider about it."),
} satisfies Record<EnvelopeField, unknown>;

export const extract = z.strictObject({
  pattern: pattern(
    "A regular expression that matches once per update. Its group named `time`, as in `(?<time>[0-9]+)`, is the time, and one named `type`, if present, the type; without names it is the first and the second. It is matched on the bytes of the answer (as latin1) while they stream. `sluice try` shows what it finds.",
    ['"at":([0-9]{10}),"kind":"([a-z]{1,16})"'],
  ),
  time: z.enum(["unix", "iso"]).optional().meta({ description: "The format of times in the answer: whole seconds since 1970, or ISO 8601. A time without Z or an offset is in UTC; a fraction is dropped." }),
  ...envelope,
  targetPrefix: text(100).optional().meta({ description: "What the answer may leave out before the name of its target, or add, in any case: with `AS`, an answer about 3333 is about AS3333.", examples: ["AS"] }),
  maxParts: z.int().min(1).max(10_000).optional().meta({ description: "The most parts for one target." }),
});
