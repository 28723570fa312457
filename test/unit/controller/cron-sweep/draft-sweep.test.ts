import { describe, expect, test } from "vitest";
import { draftSweep } from "../../../../src/controller/cron-sweep/draft-sweep.ts";
import { aCronSweep } from "./builders.ts";

describe("the draft of a CronSweep's Sweep", () => {
  const WINDOW = { name: "ripestat-daily-20261120", window: "2026-11-20" };

  test("names the CronSweep and the window, and copies nothing of the template", () => {
    expect(draftSweep(aCronSweep(), WINDOW).spec).toEqual({ cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" } });
  });

  test("copies no label or annotation by which GitOps tools know their objects", () => {
    const cronSweep = aCronSweep();
    const tracked = { "argocd.argoproj.io/instance": "lab", "app.kubernetes.io/instance": "lab", "kustomize.toolkit.fluxcd.io/name": "lab" };
    const { metadata } = draftSweep({ ...cronSweep, metadata: { ...cronSweep.metadata, labels: tracked, annotations: { "argocd.argoproj.io/tracking-id": "lab" } } }, WINDOW);
    expect(metadata.annotations).toBeUndefined();
    expect(metadata.labels).toEqual({
      "app.kubernetes.io/name": "sluice",
      "app.kubernetes.io/component": "sweep",
      "app.kubernetes.io/managed-by": "sluice",
      "sluice.dev/cronsweep": "ripestat-daily",
    });
  });

  test("is owned by the CronSweep, and does not block its deletion", () => {
    const { metadata } = draftSweep(aCronSweep(), WINDOW);
    expect(metadata).toMatchObject({ namespace: "bgp", name: "ripestat-daily-20261120" });
    expect(metadata.ownerReferences).toEqual([{ apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", name: "ripestat-daily", uid: "uid-of-daily", controller: true, blockOwnerDeletion: false }]);
  });

  test("has the wishes of a person in its spec, and the same labels", () => {
    const draft = draftSweep(aCronSweep(), WINDOW, { select: ["failed"], replace: true, suspend: false, targets: { list: ["AS1"] }, batch: { memory: "256Mi" } });
    expect(draft.spec).toEqual({ cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" }, select: ["failed"], replace: true, suspend: false, targets: { list: ["AS1"] }, batch: { memory: "256Mi" } });
    expect(draft.metadata).toEqual(draftSweep(aCronSweep(), WINDOW).metadata);
  });
});
