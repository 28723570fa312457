import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What holds for the long and the end-to-end tests too. */
export const shared: NonNullable<ViteUserConfig["test"]> = {
  globalSetup: "test/support/vitest/global-setup.ts",
  testTimeout: 120_000,
  hookTimeout: 120_000,
  pool: "forks",
  // Most of the long ones wait, for a pause to end or a process to start: more of them at once than there are cores.
  maxWorkers: 3,
};

/** Sweeps take longest: one that starts last runs alone at the end. Vitest itself orders by the durations of an earlier run, if there was one. */
class SweepsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSweep = ({ moduleId }: TestSpecification): boolean => moduleId.includes("/test/integration/sweep/");
    const sorted = await super.sort(files);
    return [...sorted.filter(isSweep), ...sorted.filter((file) => !isSweep(file))];
  }
}

export default defineConfig({
  test: {
    ...shared,
    sequence: { sequencer: SweepsFirst },
    projects: [
      // Pure: a process for each of these files would cost more than its tests.
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false } },
      { extends: true, test: { name: "integration", include: ["test/integration/**/*.test.ts"] } },
    ],
  },
});
