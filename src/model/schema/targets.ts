import { z } from "zod";
import { exactlyOne, withRules } from "./rule.ts";
import { dataKey, label, objectName, percent, text, urlTemplate } from "./scalars.ts";

const http = z.strictObject({
  url: urlTemplate("{start}", "{end}").meta({
    description: "Where the list is. {start} and {end} may stand in it: a list of the past for a window of the past.",
    examples: ["https://example.net/nodes?at={start}"],
  }),
  pattern: text(1000).meta({
    description: "A regular expression whose first group is a target. It is matched on the stream, as extract.pattern is.",
    examples: ['"node":\\s{0,8}"([^"]{1,64})"'],
  }),
  prefix: text(64).optional().meta({ description: "Put before each name found.", examples: ["AS"] }),
});

const configMap = z.strictObject({
  name: objectName().meta({ description: "The ConfigMap, in the namespace of the sweep." }),
  key: dataKey().meta({ description: "The key whose value holds one target a line." }),
});

const shape = {
  preset: label().optional().meta({ description: "A list that the provider is known to have.", examples: ["ris-asns"] }),
  list: z
    .array(z.string().max(128))
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: "The targets themselves. In a Sweep that names a CronSweep they narrow its targets to these.", examples: [["AS3333", "AS12654"]] }),
  configMap: configMap.optional().meta({ description: "A ConfigMap that holds the targets, one a line. Needs Kubernetes." }),
  http: http.optional().meta({ description: "An address that answers with the targets." }),
  atLeast: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .meta({ description: "A list with fewer targets stops the sweep before it asks anything." }),
  maxShrink: percent()
    .optional()
    .meta({ description: "A list that is shorter than the dataset's last one by more than this stops the sweep before it asks anything." }),
};

const SOURCES = ["preset", "list", "configMap", "http"] as const;

/** Of a CronSweep, or of a Sweep that stands alone. */
export const targets = withRules(z.strictObject(shape), [exactlyOne(SOURCES)]);
