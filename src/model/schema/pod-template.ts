import { z } from "zod";
import { dataKey, mapOf, objectName, text } from "./scalars.ts";

const labels = (most: number) => mapOf(z.string().max(63), most);

/** Kubernetes' own structures that we only hand on: the API server checks them when a Job is made. */
function handedOn(description: string) {
  return z.record(z.string(), z.unknown()).meta({ description, "x-kubernetes-preserve-unknown-fields": true });
}

const toleration = z.strictObject({
  key: text(317).optional().meta({ description: "The taint's key; absent: every key." }),
  operator: z.enum(["Exists", "Equal"]).optional().meta({ description: "How key and value are compared." }),
  value: z.string().max(63).optional().meta({ description: "The taint's value, for Equal." }),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional().meta({ description: "The effect that is tolerated; absent: every effect." }),
  tolerationSeconds: z.int().min(0).max(31_536_000).optional().meta({ description: "How long NoExecute is tolerated." }),
});

const spread = z.strictObject({
  maxSkew: z.int().min(1).max(1000).meta({ description: "By how many pods two places may differ." }),
  topologyKey: text(317).meta({ description: "The node label that makes a place.", examples: ["kubernetes.io/hostname"] }),
  whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]).meta({ description: "What to do where no place fits." }),
  labelSelector: handedOn("Which pods are counted.").optional(),
  minDomains: z.int().min(1).max(1000).optional().meta({ description: "The fewest places there should be." }),
  matchLabelKeys: z.array(dataKey()).max(16).optional().meta({ description: "Labels of the pod that the counted pods must share." }),
});

const quantity = () => z.string().max(32).regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, { error: (issue) => `${JSON.stringify(issue.input)} is no amount; write it like 250m, 2 or 64Mi` });

/** Memory is not among them: it is batch.memory, request and limit alike. */
const beside = (what: string) =>
  z.strictObject({
    cpu: quantity().optional().meta({ description: `The CPU that is ${what}.`, examples: ["250m"] }),
    "ephemeral-storage": quantity().optional().meta({ description: `The node's disk that is ${what}.`, examples: ["64Mi"] }),
  });

/** A closed list: a whole pod template would make the resource larger than what kubectl apply can keep. */
export const podTemplate = z.strictObject({
  labels: labels(32).optional().meta({ description: "Added to the pods' labels." }),
  annotations: mapOf(z.string().max(16_384), 32).optional().meta({ description: "Added to the pods' annotations." }),
  resources: z
    .strictObject({
      requests: beside("kept for a pod").optional().meta({ description: "What a node must have left for a pod. CPU: 100m where nothing is said." }),
      limits: beside("the most for a pod").optional().meta({ description: "What a pod gets at the most. Nothing where nothing is said." }),
    })
    .optional()
    .meta({ description: "Resources beside memory, which stands in batch.memory." }),
  nodeSelector: labels(32).optional().meta({ description: "Labels that a node must have." }),
  tolerations: z.array(toleration).max(32).optional().meta({ description: "Taints that are tolerated." }),
  affinity: handedOn("As in a pod.").optional(),
  topologySpreadConstraints: z.array(spread).max(8).optional().meta({ description: "How the pods are spread." }),
  priorityClassName: objectName().optional().meta({ description: "The PriorityClass of the pods." }),
  runtimeClassName: objectName().optional().meta({ description: "The RuntimeClass of the pods." }),
  imagePullSecrets: z
    .array(z.strictObject({ name: objectName().meta({ description: "The Secret." }) }))
    .max(16)
    .optional()
    .meta({ description: "Secrets to pull the image with." }),
});

export type PodSettings = z.infer<typeof podTemplate>;
