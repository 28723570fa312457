import { defineConfig } from "vitest/config";
import short from "./vitest.config.ts";

/** The long forms: one at a time, since most of them measure something or fill the machine by themselves. */
export default defineConfig({
  test: { ...short.test, include: ["test/long/**/*.test.ts"], fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 },
});
