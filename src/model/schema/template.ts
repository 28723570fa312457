import { z } from "zod";
import { parseDuration, parseMemory } from "../quantity.ts";
import { shownValue } from "../visible.ts";
import { extract } from "./extract.ts";
import { podTemplate } from "./pod-template.ts";
import { request } from "./request.ts";
import { withRules, type Rule } from "./rule.ts";
import { dataKey, duration, label, memory, objectName, percent, targetName, text } from "./scalars.ts";
import { targets } from "./targets.ts";

const provider = z.strictObject({
  name: label().meta({ description: "The provider whose presets apply to the fields below. Each field can still be set.", examples: ["ripestat"] }),
  sourceapp: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/, { error: (issue) => `${shownValue(issue.input)} is not an identifier: use only letters, digits, - and _` })
    .optional()
    .meta({ description: "The name under which the provider knows you. RIPEstat requires one above 1,000 requests a day.", examples: ["example-lab"] }),
  baseUrl: text(512)
    .regex(/^https?:\/\/[^/?#\s{}@]+(\/[^?#\s{}]*[^/?#\s{}])?$/, { error: (issue) => `${shownValue(issue.input)} is not a base URL; write it like http://127.0.0.1:8080, without a trailing slash` })
    .refine((value) => URL.canParse(value), { error: (issue) => `${shownValue(issue.input)} is not a URL: its host or its port cannot be` })
    .optional()
    .meta({ description: "The base URL of a mirror or a simulator to ask instead of the provider's own host.", examples: ["http://127.0.0.1:8080"] }),
});

const every = duration("1m", "366d")
  .optional()
  .meta({ description: "The length of a window: a divisor of a day, or whole days. Windows are counted in UTC and never overlap." });

const settle = duration("0s", "30d")
  .optional()
  .meta({ description: "How long to wait after the end of a window before asking for it." });

const wholeGrid: Rule = {
  holds: (value) => {
    const seconds = typeof value["every"] === "string" ? parseDuration(value["every"]) : null;
    return seconds === null || seconds === 0 || (seconds % 60 === 0 && (86_400 % seconds === 0 || seconds % 86_400 === 0));
  },
  message: "must be whole minutes that divide a day evenly (such as 15m, 1h, 6h), or whole days",
  field: "every",
};

export const windowShape = { every, settle };
export const windowRules: readonly Rule[] = [wholeGrid];

const host = z.strictObject({
  inFlight: z.int().min(1).max(1000).optional().meta({ description: "The most requests in flight to this host at once, from all pods of all sweeps that use the same database." }),
  probeEvery: duration("1s", "1h").optional().meta({ description: "How often to probe an unhealthy host until it is healthy again." }),
  maxPause: duration("1s", "24h").optional().meta({ description: "The longest Retry-After that is obeyed." }),
});

const canaries = z.strictObject({
  targets: z
    .array(targetName().min(1))
    .max(16)
    .optional()
    .meta({ description: "Targets that always have updates: while the answer for one of them is empty, empty answers are suspect. Default: the largest targets of the last complete window.", examples: [["AS12654"]] }),
  every: duration("1s", "1h").optional().meta({ description: "How often to ask the canaries while a sweep runs." }),
});

const batch = withRules(
  z.strictObject({
    targets: z.int().min(1).max(128).optional().meta({ description: "The most targets in one batch." }),
    concurrency: z.int().min(1).max(64).optional().meta({ description: "The most requests that one batch has in flight. It has fewer when the host has no free slots or few targets are left." }),
    pods: z.int().min(1).max(256).optional().meta({ description: "The most batches that run at once." }),
    memory: memory("64Mi").optional().meta({ description: "The memory limit of a batch." }),
    memoryMax: memory("64Mi").optional().meta({ description: "A target whose batch runs out of memory is asked again with twice as much, up to this limit." }),
    podTemplate: podTemplate.optional().meta({ description: "Further settings of the pods. Ignored on one machine." }),
  }),
  [
    {
      holds: ({ memory: least, memoryMax: most }) =>
        typeof least !== "string" || typeof most !== "string" || (parseMemory(least) ?? 0) <= (parseMemory(most) ?? Infinity),
      message: "must not be less than memory",
      field: "memoryMax",
      cel: "!has(self.memory) || !has(self.memoryMax) || quantity(self.memory).compareTo(quantity(self.memoryMax)) <= 0",
    },
  ],
);

const prepare = z.strictObject({
  memory: memory("64Mi").optional().meta({ description: "The memory limit of prepare's pod. 128Mi are enough for 85,000 AS numbers, 256Mi for a list of 10 MB. It can be changed while a sweep runs. Ignored on one machine." }),
});

const done = z.strictObject({
  atLeast: percent().optional().meta({ description: "The share of targets that must be settled for a window to be usable. It is complete when all are settled." }),
  passes: z.int().min(1).max(20).optional().meta({ description: "The most passes over the unsettled targets." }),
});

const store = z.strictObject({
  secretRef: z
    .strictObject({
      name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
      key: dataKey().meta({ description: "The key whose value is a postgresql:// URI." }),
    })
    .optional()
    .meta({ description: "The Secret that holds the URI of the database. On one machine set DATABASE_URL instead.", examples: [{ name: "bgp-db-app", key: "uri" }] }),
  caRef: z
    .strictObject({
      name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
      key: dataKey().meta({ description: "The key whose value is the CA's certificate, in PEM." }),
    })
    .optional()
    .meta({ description: "The CA that signed the certificate of the database, unless it is a public one. Needs Kubernetes.", examples: [{ name: "bgp-db-ca", key: "ca.crt" }] }),
  retention: duration("1d", "36500d").optional().meta({ description: "How long observations and results are kept, counted from the end of their window. Applies to the whole dataset. A shorter value drops windows only once you confirm it." }),
});

/** The fields that a CronSweep's template and a Sweep share, except the window. None has a default here, since a preset comes before a default (see defaults.ts). */
export const templateShape = {
  provider: provider.optional().meta({ description: "The provider whose presets apply." }),
  dataset: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-z0-9]([-a-z0-9._/]*[a-z0-9])?$/, { error: (issue) => `${shownValue(issue.input)} is not a dataset name: use only lower-case letters, digits, -, ., _ and /` })
    .optional()
    .meta({ description: "The dataset to fill. Default: `<namespace>/<name of the CronSweep>`. A new grid, URL or pattern needs a new dataset." }),
  targets: targets.optional().meta({ description: "The targets to ask about: exactly one of preset, list, configMap and http." }),
  request: request.optional().meta({ description: "The request for one target. A provider has a preset for it." }),
  extract: extract.optional().meta({ description: "What to extract from an answer. A provider has a preset for it." }),
  host: host.optional().meta({ description: "Limits on the use of the host. They can be changed while a sweep runs." }),
  canaries: canaries.optional().meta({ description: "Targets that show whether the host is healthy." }),
  batch: batch.optional().meta({ description: "What one process gets (on Kubernetes, one pod)." }),
  prepare: prepare.optional().meta({ description: "What prepare gets, which reads the list of targets and packs a pass." }),
  done: done.optional().meta({ description: "When a window counts as done." }),
  store: store.optional().meta({ description: "Where the results go." }),
};

const window = withRules(z.strictObject(windowShape), windowRules);

/** Without a provider the file itself must say what to ask and what to match. */
export const standsAlone: readonly Rule[] = [
  {
    holds: ({ targets: source }) => source !== undefined,
    message: "targets is required: it says which targets to ask about",
    cel: "has(self.targets)",
  },
  {
    holds: (value) => value["provider"] !== undefined || (value["request"] as { url?: unknown } | undefined)?.url !== undefined,
    message: "provider or request.url is required: one of them says what to ask",
    cel: "has(self.provider) || (has(self.request) && has(self.request.url))",
  },
  {
    holds: (value) => value["provider"] !== undefined || (value["extract"] as { pattern?: unknown } | undefined)?.pattern !== undefined,
    message: "provider or extract.pattern is required: one of them says what to match in an answer",
    cel: "has(self.provider) || (has(self.extract) && has(self.extract.pattern))",
  },
];

export const sweepTemplateSpec = withRules(
  z.strictObject({ ...templateShape, window: window.optional().meta({ description: "The grid of windows of the dataset." }) }),
  standsAlone,
);

export type SweepTemplateSpec = z.infer<typeof sweepTemplateSpec>;
