import { defineConfig } from "vitest/config";
import { shared } from "./vitest.config.ts";

/** What is shown on a real cluster: run by test/e2e.sh inside one, a file at a time, since they stop its parts. */
export default defineConfig({
  test: { ...shared, include: ["test/e2e/**/*.test.ts"], fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 },
});
