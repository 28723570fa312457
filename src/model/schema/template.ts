import { z } from "zod";
import { parseDuration, parseMemory } from "../quantity.ts";
import { extract } from "./extract.ts";
import { podTemplate } from "./pod-template.ts";
import { request } from "./request.ts";
import { withRules, type Rule } from "./rule.ts";
import { dataKey, duration, label, memory, objectName, percent, text } from "./scalars.ts";
import { targets } from "./targets.ts";

const provider = z.strictObject({
  name: label().meta({ description: "Whose presets are taken for everything below. Each can be set.", examples: ["ripestat"] }),
  sourceapp: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/, { error: (issue) => `${JSON.stringify(issue.input)} is no identifier: letters, digits, - and _ only` })
    .optional()
    .meta({ description: "By what the provider knows you. RIPEstat asks for it above 1,000 requests a day.", examples: ["example-lab"] }),
  baseUrl: text(512)
    .regex(/^https?:\/\/[^/?#\s{}@]+(\/[^?#\s{}]*[^/?#\s{}])?$/, { error: (issue) => `${JSON.stringify(issue.input)} is no base URL; write it like http://127.0.0.1:8080, without a slash at its end` })
    .optional()
    .meta({ description: "Asks a mirror or a simulator in the place of the provider's own host.", examples: ["http://127.0.0.1:8080"] }),
});

const every = duration("1m", "366d")
  .optional()
  .meta({ description: "How long a window is: a divisor of a day, or whole days. Windows are counted in UTC and never overlap." });

const settle = duration("0s", "30d")
  .optional()
  .meta({ description: "How long after its end a window may first be asked." });

const wholeGrid: Rule = {
  holds: (value) => {
    const seconds = typeof value["every"] === "string" ? parseDuration(value["every"]) : null;
    return seconds === null || seconds === 0 || (seconds % 60 === 0 && (86_400 % seconds === 0 || seconds % 86_400 === 0));
  },
  message: "must be whole minutes that divide a day without a rest (such as 15m, 1h, 6h), or whole days",
  field: "every",
};

export const windowShape = { every, settle };
export const windowRules: readonly Rule[] = [wholeGrid];

const host = z.strictObject({
  inFlight: z.int().min(1).max(1000).optional().meta({ description: "Requests in flight to this host at once, over all pods and all sweeps that use the same database." }),
  probeEvery: duration("1s", "1h").optional().meta({ description: "How often a host that is ill is asked whether it is well again." }),
  maxPause: duration("1s", "24h").optional().meta({ description: "A Retry-After is obeyed up to here." }),
});

const canaries = z.strictObject({
  targets: z
    .array(text(128))
    .max(16)
    .optional()
    .meta({ description: "Targets that are never quiet: while one of them is, empty answers are not believed. None: the largest of the last complete window.", examples: [["AS12654"]] }),
  every: duration("1s", "1h").optional().meta({ description: "How often they are asked while a sweep runs." }),
});

const batch = withRules(
  z.strictObject({
    targets: z.int().min(1).max(128).optional().meta({ description: "Targets of one batch." }),
    concurrency: z.int().min(1).max(64).optional().meta({ description: "Requests that one batch has in flight whenever it has targets left and the host has slots." }),
    pods: z.int().min(1).max(256).optional().meta({ description: "Batches at once." }),
    memory: memory("64Mi").optional().meta({ description: "The memory of a batch." }),
    memoryMax: memory("64Mi").optional().meta({ description: "A target that runs out of memory is asked again with twice as much, up to here." }),
    podTemplate: podTemplate.optional().meta({ description: "What the pods get from Kubernetes beside it. Without meaning on one machine." }),
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

const done = z.strictObject({
  atLeast: percent().optional().meta({ description: "The share of settled targets from which a window is usable. It is complete when all are settled." }),
  passes: z.int().min(1).max(20).optional().meta({ description: "Walks over what is not settled yet, at the most." }),
});

const store = z.strictObject({
  secretRef: z
    .strictObject({
      name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
      key: dataKey().meta({ description: "The key whose value is a postgresql:// URI." }),
    })
    .optional()
    .meta({ description: "Where the URI of the database stands. On one machine DATABASE_URL stands for it.", examples: [{ name: "bgp-db-app", key: "uri" }] }),
  caRef: z
    .strictObject({
      name: objectName().meta({ description: "The Secret, in the namespace of the sweep." }),
      key: dataKey().meta({ description: "The key whose value is the CA's certificate, in PEM." }),
    })
    .optional()
    .meta({ description: "The CA that signed the certificate of the database, where it is none that everyone knows. Needs Kubernetes.", examples: [{ name: "bgp-db-ca", key: "ca.crt" }] }),
  retention: duration("1d", "36500d").optional().meta({ description: "How long observations and results are kept, from the end of their window. It belongs to the dataset." }),
});

/** What a CronSweep's template and a Sweep share, but for the window. Nothing has a default here: presets come first (see defaults.ts). */
export const templateShape = {
  provider: provider.optional().meta({ description: "A provider whose presets are taken." }),
  dataset: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-z0-9]([-a-z0-9._/]*[a-z0-9])?$/, { error: (issue) => `${JSON.stringify(issue.input)} is no name of a dataset: small letters, digits, -, ., _ and / only` })
    .optional()
    .meta({ description: "The series that is filled. Default: `<namespace>/<name of the CronSweep>`. Another grid or another question needs another dataset." }),
  targets: targets.optional().meta({ description: "Whom to ask about: exactly one of preset, list, configMap and http." }),
  request: request.optional().meta({ description: "What is asked. A provider presets it." }),
  extract: extract.optional().meta({ description: "What is matched in an answer. A provider presets it." }),
  host: host.optional().meta({ description: "How much of the host is used. It may be changed while a sweep runs." }),
  canaries: canaries.optional().meta({ description: "Targets that tell whether the host is well." }),
  batch: batch.optional().meta({ description: "What one process, on Kubernetes one pod, is given." }),
  done: done.optional().meta({ description: "When a window is good enough." }),
  store: store.optional().meta({ description: "Where the results go." }),
};

const window = withRules(z.strictObject(windowShape), windowRules);

/** Without a provider the file itself must say what is asked and matched. */
export const standsAlone: readonly Rule[] = [
  {
    holds: ({ targets: source }) => source !== undefined,
    message: "targets must be given: whom should the API be asked about?",
    cel: "has(self.targets)",
  },
  {
    holds: (value) => value["provider"] !== undefined || (value["request"] as { url?: unknown } | undefined)?.url !== undefined,
    message: "provider or request.url must be given: what should be asked?",
    cel: "has(self.provider) || (has(self.request) && has(self.request.url))",
  },
  {
    holds: (value) => value["provider"] !== undefined || (value["extract"] as { pattern?: unknown } | undefined)?.pattern !== undefined,
    message: "provider or extract.pattern must be given: what should be looked for in an answer?",
    cel: "has(self.provider) || (has(self.extract) && has(self.extract.pattern))",
  },
];

export const sweepTemplateSpec = withRules(
  z.strictObject({ ...templateShape, window: window.optional().meta({ description: "The grid of the dataset." }) }),
  standsAlone,
);

export type SweepTemplateSpec = z.infer<typeof sweepTemplateSpec>;
