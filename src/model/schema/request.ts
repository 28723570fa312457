import { z } from "zod";
import { exactlyOne, withRules, type Rule } from "./rule.ts";
import { dataKey, duration, mapOf, objectName, text, urlTemplate } from "./scalars.ts";

const secretKeyRef = z.strictObject({
  name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
  key: dataKey().meta({ description: "The key whose value to send." }),
});

const header = withRules(
  z.strictObject({
    value: text(4096).optional().meta({ description: "The value itself. It is stored in Postgres with the spec, so it must not be a secret." }),
    valueFrom: z
      .strictObject({ secretKeyRef: secretKeyRef.meta({ description: "A key of a Secret. On one machine set the environment variable `SLUICE_SECRET_<NAME>_<KEY>` instead." }) })
      .optional()
      .meta({ description: "Where to take the value from." }),
  }),
  [exactlyOne(["value", "valueFrom"])],
);

const FORBIDDEN_HEADERS = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"];

const headerNames: Rule = {
  holds: (headers) => Object.keys(headers).every((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !FORBIDDEN_HEADERS.includes(name.toLowerCase())),
  message: `must be valid header names, other than ${FORBIDDEN_HEADERS.join(", ")}, which Sluice sets itself`,
};

const headers = mapOf(header, 32).refine((map) => headerNames.holds(map), { error: headerNames.message });

const timeouts = z.strictObject({
  connect: duration("1s", "10m").optional().meta({ description: "To connect." }),
  headers: duration("1s", "1h").optional().meta({ description: "From the request to the headers of its answer. The largest answers can take minutes to start." }),
  idle: duration("1s", "1h").optional().meta({ description: "Between two chunks of a body." }),
  target: duration("1s", "24h").optional().meta({ description: "For one target: all its parts and attempts within one pass." }),
});

/** Statuses that say something else than what is known about a target. */
const NO_ANSWER = [401, 407, 408, 429];

const status = z.int().min(201).max(499);

const statuses = withRules(
  z.strictObject({
    empty: z.array(status).max(16).optional().meta({ description: "There is no data about the target, as if an answer had declared zero. Canaries guard it as they guard any empty answer." }),
    rejected: z.array(status).max(16).optional().meta({ description: "The question is wrong, so the target is settled as rejected. An HTML page comes from a gateway and settles nothing." }),
  }),
  (["empty", "rejected"] as const).map((field): Rule => ({
    holds: (value) => !numbersIn(value[field]).some((each) => NO_ANSWER.includes(each)),
    message: `must not contain ${NO_ANSWER.join(", ")}, which say nothing about a target`,
    field,
    cel: `!has(self.${field}) || self.${field}.all(status, !(status in [${NO_ANSWER.join(", ")}]))`,
  })).concat({
    holds: (value) => !numbersIn(value["empty"]).some((each) => numbersIn(value["rejected"]).includes(each)),
    message: "must not be in rejected too",
    field: "empty",
    cel: "!has(self.empty) || !has(self.rejected) || self.empty.all(status, !(status in self.rejected))",
  }),
);

function numbersIn(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "number") : [];
}

export const request = withRules(
  z.strictObject({
    url: urlTemplate("{target}", "{start}", "{end}").optional().meta({
      description: "The URL for one target and one window. {target}, {start} and {end} are filled in, percent-encoded. Not needed with a provider.",
      examples: ["https://api.example.net/events?node={target}&from={start}&to={end}"],
    }),
    timeFormat: z.enum(["unix", "iso"]).optional().meta({ description: "The format of {start} and {end}: 1763596800, or 2025-11-20T00:00:00Z." }),
    headers: headers.optional().meta({ description: "Headers of every request. Each has exactly one of value and valueFrom.", examples: [{ "x-api-key": { valueFrom: { secretKeyRef: { name: "api", key: "token" } } } }] }),
    query: mapOf(z.string().max(1024), 32)
      .optional()
      .meta({ description: "Query parameters to add to the URL, percent-encoded. A parameter that the URL already has is replaced.", examples: [{ lang: "en" }] }),
    timeouts: timeouts.optional().meta({ description: "How long to wait. A request that times out is tried again." }),
    compression: z
      .array(z.enum(["gzip", "br", "zstd"]))
      .max(3)
      .optional()
      .meta({
        description: "The encodings to offer in accept-encoding, besides none. 16 answers at once need 12 MiB in gzip, up to 262 MiB in br and up to 1.1 GiB in zstd: raise batch.memory with them.",
        examples: [["gzip"]],
      }),
    attempts: z.int().min(1).max(10).optional().meta({ description: "The most attempts for one target within one pass." }),
    statuses: statuses.optional().meta({
      description: "What an HTTP status says about the target. Any other than 200 is a failure: it is asked again in the next pass, and not a third time if it repeats word for word.",
      examples: [{ empty: [204, 404], rejected: [400, 422] }],
    }),
  }),
  [
    {
      holds: (value) => typeof value["url"] !== "string" || value["url"].includes("{target}"),
      message: "must contain {target}: without it, every target gets the same request",
      field: "url",
      cel: "!has(self.url) || self.url.contains('{target}')",
    },
  ],
);
