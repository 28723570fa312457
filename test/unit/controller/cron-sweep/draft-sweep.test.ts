import { expect, test } from "vitest";
import { draftSweep } from "../../../../src/controller/cron-sweep/draft-sweep.ts";
import { aCronSweep } from "./builders.ts";

const STARTING = { name: "ripestat-daily-20261120", window: "2026-11-20", since: "2026-11-21T05:00:00Z", by: "schedule" } as const;

test("a Sweep names its CronSweep and its window, and nothing of the template is written into it", () => {
  expect(draftSweep(STARTING, aCronSweep()).spec).toEqual({ cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" } });
});

test("nothing by which GitOps knows what it keeps is copied", () => {
  const cronSweep = aCronSweep();
  const tracked = { "argocd.argoproj.io/instance": "lab", "app.kubernetes.io/instance": "lab", "kustomize.toolkit.fluxcd.io/name": "lab" };
  const { metadata } = draftSweep(STARTING, { ...cronSweep, metadata: { ...cronSweep.metadata, labels: tracked, annotations: { "argocd.argoproj.io/tracking-id": "lab" } } });
  expect(metadata.annotations).toBeUndefined();
  expect(metadata.labels).toEqual({
    "app.kubernetes.io/name": "sluice",
    "app.kubernetes.io/component": "sweep",
    "app.kubernetes.io/managed-by": "sluice",
    "sluice.dev/cronsweep": "ripestat-daily",
  });
});

test("its owner is the CronSweep, without the right that blocking its deletion would need", () => {
  const { metadata } = draftSweep(STARTING, aCronSweep());
  expect(metadata).toMatchObject({ namespace: "bgp", name: "ripestat-daily-20261120" });
  expect(metadata.ownerReferences).toEqual([{ apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", name: "ripestat-daily", uid: "uid-of-daily", controller: true, blockOwnerDeletion: false }]);
});
