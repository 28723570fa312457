import { z } from "zod";
import { exactlyOne, withRules } from "./rule.ts";
import { dataKey, label, objectName, percent, targetName, text, urlTemplate } from "./scalars.ts";

const http = z.strictObject({
  url: urlTemplate("{start}", "{end}").meta({
    description: "The URL of the list. It may contain {start} and {end}, so that an old window gets the list of that time.",
    examples: ["https://example.net/nodes?at={start}"],
  }),
  pattern: text(1000).meta({
    description: "A regular expression whose first group is the name of a target. It is matched on the stream, like extract.pattern. What it catches is decoded as UTF-8; in a list that begins with {, [ or \", which is JSON, escapes are undone.",
    examples: ['"node":\\s{0,8}"([^"]{1,64})"'],
  }),
  prefix: text(64).optional().meta({ description: "A prefix for each name found.", examples: ["AS"] }),
});

const configMap = z.strictObject({
  name: objectName().meta({ description: "The ConfigMap, in the namespace of the sweep." }),
  key: dataKey().meta({ description: "The key whose value has one target per line, in UTF-8." }),
});

const shape = {
  preset: label().optional().meta({ description: "A list of the provider.", examples: ["ris-asns"] }),
  list: z
    .array(targetName())
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: "The targets themselves, each of at most 512 bytes. In a Sweep of a CronSweep they narrow its targets to these.", examples: [["AS3333", "AS12654"]] }),
  configMap: configMap.optional().meta({ description: "A ConfigMap that contains the targets, one per line. Needs Kubernetes." }),
  http: http.optional().meta({ description: "A URL that returns the targets." }),
  atLeast: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .meta({ description: "The least targets that the list must have: with fewer, the sweep stops before it asks any." }),
  maxShrink: percent()
    .optional()
    .meta({ description: "The most by which the list may be shorter than the dataset's last one: beyond that, the sweep stops before it asks any." }),
};

const SOURCES = ["preset", "list", "configMap", "http"] as const;

export const targets = withRules(z.strictObject(shape), [exactlyOne(SOURCES)]);
