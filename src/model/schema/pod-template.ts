import { z } from "zod";
import { shownValue } from "../visible.ts";
import { dataKey, mapOf, objectName, text } from "./scalars.ts";

const labels = (most: number) => mapOf(z.string().max(63), most);

/** Structures of Kubernetes that are passed through: the API server checks them when a Job is created. */
function handedOn(description: string) {
  return z.record(z.string(), z.unknown()).meta({ description, "x-kubernetes-preserve-unknown-fields": true });
}

const toleration = z.strictObject({
  key: text(317).optional().meta({ description: "The key of the taint. Default: every key." }),
  operator: z.enum(["Exists", "Equal"]).optional().meta({ description: "How to compare key and value." }),
  value: z.string().max(63).optional().meta({ description: "The value of the taint, for Equal." }),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional().meta({ description: "The effect to tolerate. Default: every effect." }),
  tolerationSeconds: z.int().min(0).max(31_536_000).optional().meta({ description: "How long to tolerate NoExecute." }),
});

const spread = z.strictObject({
  maxSkew: z.int().min(1).max(1000).meta({ description: "By how many pods two domains may differ." }),
  topologyKey: text(317).meta({ description: "The node label whose values are the domains.", examples: ["kubernetes.io/hostname"] }),
  whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]).meta({ description: "What to do if no domain fits." }),
  labelSelector: handedOn("The pods to count.").optional(),
  minDomains: z.int().min(1).max(1000).optional().meta({ description: "The least number of domains." }),
  matchLabelKeys: z.array(dataKey()).max(16).optional().meta({ description: "Labels that the counted pods must share with the pod." }),
});

const quantity = () => z.string().max(32).regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, { error: (issue) => `${shownValue(issue.input)} is not a quantity; write it like 250m, 2 or 64Mi` });

/** Without memory: batch.memory is both its request and its limit. */
const beside = (what: string) =>
  z.strictObject({
    cpu: quantity().optional().meta({ description: `CPU: ${what}.`, examples: ["250m"] }),
    "ephemeral-storage": quantity().optional().meta({ description: `Local disk of the node: ${what}.`, examples: ["64Mi"] }),
  });

/** Not a whole pod template, which would make the definition larger than kubectl apply can store. */
export const podTemplate = z.strictObject({
  labels: labels(32).optional().meta({ description: "Added to the pods' labels." }),
  annotations: mapOf(z.string().max(16_384), 32).optional().meta({ description: "Added to the pods' annotations." }),
  resources: z
    .strictObject({
      requests: beside("the amount reserved for a pod").optional().meta({ description: "What a node reserves for a pod. Default: 100m of CPU." }),
      limits: beside("the most that a pod can use").optional().meta({ description: "The most that a pod can use. Default: no limit." }),
    })
    .optional()
    .meta({ description: "Resources other than memory, which is set by batch.memory." }),
  nodeSelector: labels(32).optional().meta({ description: "Labels that a node must have." }),
  tolerations: z.array(toleration).max(32).optional().meta({ description: "Taints to tolerate." }),
  affinity: handedOn("As in a pod.").optional(),
  topologySpreadConstraints: z.array(spread).max(8).optional().meta({ description: "How to spread the pods." }),
  priorityClassName: objectName().optional().meta({ description: "The PriorityClass of the pods." }),
  runtimeClassName: objectName().optional().meta({ description: "The RuntimeClass of the pods." }),
  imagePullSecrets: z
    .array(z.strictObject({ name: objectName().meta({ description: "The Secret." }) }))
    .max(16)
    .optional()
    .meta({ description: "Secrets to pull the image with." }),
});

export type PodSettings = z.infer<typeof podTemplate>;
