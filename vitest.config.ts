import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/unit/**/*.test.ts", "test/integration/**/*.test.ts"],
    globalSetup: "test/support/vitest/global-setup.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Most of the long ones wait, for a pause to end or a process to start: more of them at once than there are cores.
    maxWorkers: 3,
  },
});
