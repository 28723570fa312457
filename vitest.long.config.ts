import { defineConfig } from "vitest/config";
import { shared } from "./vitest.config.ts";

/** The long forms: one at a time, since most of them measure something or fill the machine by themselves. */
export default defineConfig({
  test: { ...shared, include: ["test/long/**/*.test.ts"], fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 },
});
