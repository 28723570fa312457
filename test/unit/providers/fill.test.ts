import { describe, expect, test } from "vitest";
import { fill } from "../../../src/providers/fill.ts";
import { ripestat } from "../../../src/providers/ripestat.ts";

describe("the layers of a spec", () => {
  test("the file overrides the provider, and the provider the defaults", () => {
    const filled = fill([{ host: { inFlight: 3 } }], { ...ripestat, preset: { host: { inFlight: 5, probeEvery: "9s" } } });
    expect(filled.host).toEqual({ inFlight: 3, probeEvery: "9s", maxPause: "15m" });
  });

  test("a Sweep overrides its CronSweep, field by field", () => {
    const filled = fill([{ batch: { memory: "256Mi", pods: 2 } }, { batch: { memory: "512Mi" }, done: undefined }], undefined);
    expect(filled.batch).toEqual({ targets: 128, concurrency: 16, pods: 2, memory: "512Mi", memoryMax: "1Gi" });
    expect(filled.done).toEqual({ atLeast: "99.9%", passes: 5 });
  });

  test("another source of targets replaces the one below, and keeps its bounds", () => {
    expect(fill([{ targets: { preset: "ris-asns", atLeast: 80_000 } }, { targets: { list: ["AS1"] } }], ripestat).targets).toEqual({ atLeast: 80_000, maxShrink: "5%", list: ["AS1"] });
  });

  test("a header is replaced as a whole, and the other headers stay", () => {
    const filled = fill([{ request: { headers: { a: { value: "1" }, b: { value: "2" } } } }, { request: { headers: { a: { valueFrom: { secretKeyRef: { name: "n", key: "k" } } } } } }], undefined);
    expect(filled.request.headers).toEqual({ a: { valueFrom: { secretKeyRef: { name: "n", key: "k" } } }, b: { value: "2" } });
  });

  test("a list is replaced as a whole", () => {
    expect(fill([{ canaries: { targets: ["AS1", "AS2"] } }, { canaries: { targets: ["AS3"] } }], ripestat).canaries.targets).toEqual(["AS3"]);
  });

  test("the lower layers are not changed", () => {
    const before = JSON.stringify(ripestat);
    fill([{ host: { inFlight: 1 }, request: { query: { a: "1" } } }], ripestat);
    expect(JSON.stringify(ripestat)).toBe(before);
  });
});
