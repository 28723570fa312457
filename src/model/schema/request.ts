import { z } from "zod";
import { exactlyOne, withRules, type Rule } from "./rule.ts";
import { dataKey, duration, mapOf, objectName, text, urlTemplate } from "./scalars.ts";

const secretKeyRef = z.strictObject({
  name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
  key: dataKey().meta({ description: "The key whose value is sent." }),
});

const header = withRules(
  z.strictObject({
    value: text(4096).optional().meta({ description: "The value itself. It is kept in Postgres with the spec: no secrets here." }),
    valueFrom: z
      .strictObject({ secretKeyRef: secretKeyRef.meta({ description: "One key of a Secret. On one machine the environment variable `SLUICE_SECRET_<NAME>_<KEY>` stands for it." }) })
      .optional()
      .meta({ description: "Where the value stands." }),
  }),
  [exactlyOne(["value", "valueFrom"])],
);

const FORBIDDEN_HEADERS = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"];

const headerNames: Rule = {
  holds: (headers) => Object.keys(headers).every((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !FORBIDDEN_HEADERS.includes(name.toLowerCase())),
  message: `a header's name must be one, and none of ${FORBIDDEN_HEADERS.join(", ")}: those are the program's own`,
};

const headers = mapOf(header, 32).refine((map) => headerNames.holds(map), { error: headerNames.message });

const timeouts = z.strictObject({
  connect: duration("1s", "10m").optional().meta({ description: "To have a connection." }),
  headers: duration("1s", "1h").optional().meta({ description: "From the request to the headers of its answer. The largest answers can take minutes to begin." }),
  idle: duration("1s", "1h").optional().meta({ description: "Between two pieces of a body." }),
  target: duration("1s", "24h").optional().meta({ description: "For one target: all its parts and tries of one pass." }),
});

export const request = withRules(
  z.strictObject({
    url: urlTemplate("{target}", "{start}", "{end}").optional().meta({
      description: "What is asked for one target of one window. {target}, {start} and {end} are put in, percent-encoded. Not needed with a provider.",
      examples: ["https://api.example.net/events?node={target}&from={start}&to={end}"],
    }),
    timeFormat: z.enum(["unix", "iso"]).optional().meta({ description: "How {start} and {end} are written: 1763596800, or 2025-11-20T00:00:00Z." }),
    headers: headers.optional().meta({ description: "Sent with every request. Each has exactly one of value and valueFrom.", examples: [{ "x-api-key": { valueFrom: { secretKeyRef: { name: "api", key: "token" } } } }] }),
    query: mapOf(z.string().max(1024), 32)
      .optional()
      .meta({ description: "Added to the URL's query, percent-encoded. A name that the URL holds already is replaced.", examples: [{ lang: "en" }] }),
    timeouts: timeouts.optional().meta({ description: "How long to wait. What runs out is tried again." }),
    compression: z
      .array(z.enum(["gzip", "br", "zstd"]))
      .max(3)
      .optional()
      .meta({
        description: "What is offered in accept-encoding, beside no compression. 16 answers at once need 12 MiB in gzip, up to 262 MiB in br and up to 1.1 GiB in zstd: raise batch.memory with them.",
        examples: [["gzip"]],
      }),
    attempts: z.int().min(1).max(10).optional().meta({ description: "Tries of one target within one pass." }),
  }),
  [
    {
      holds: (value) => typeof value["url"] !== "string" || value["url"].includes("{target}"),
      message: "{target} must stand in the URL: else every target would be asked the same",
      field: "url",
      cel: "!has(self.url) || self.url.contains('{target}')",
    },
  ],
);
