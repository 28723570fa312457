import { defineConfig } from "vitest/config";

/** The long forms: not part of `npm test`, one after the other, and with time. */
export default defineConfig({
  test: {
    include: ["test/long/**/*.test.ts"],
    globalSetup: "test/support/global-setup.ts",
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: "forks",
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
