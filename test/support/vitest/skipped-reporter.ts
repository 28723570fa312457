import { appendFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Tells which tests were skipped, since a green run says nothing about what it left out. With SLUICE_REQUIRE_ALL=1 a run in
 * which one was skipped fails. SLUICE_TALLY names a file to which a line "passed failed skipped" is added for each run.
 */
class SkippedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === "skipped");
    // A file that cannot be loaded has no tests that could fail.
    const failed = count("failed") + modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length + errors.length;
    const tally = process.env["SLUICE_TALLY"];
    if (tally !== undefined) {
      appendFileSync(tally, `${count("passed")} ${failed} ${skipped.length}\n`);
      appendFileSync(`${tally}.failed`, tests.filter((test) => test.result().state === "failed").map(inOneLine).join(""));
    }
    if (skipped.length === 0) return;
    const required = process.env["SLUICE_REQUIRE_ALL"] === "1";
    const names = skipped.map((test) => `  ${test.module.relativeModuleId} > ${test.fullName}`);
    process.stdout.write(`\n${skipped.length} skipped${required ? ", and SLUICE_REQUIRE_ALL wants all to run" : ""}:\n${names.join("\n")}\n`);
    if (required) process.exitCode = 1;
  }
}

function inOneLine(test: TestCase): string {
  const { message = "", diff = "" } = test.result().errors?.[0] ?? {};
  const shortened = (text: string): string => stripVTControlCharacters(text).replaceAll(/\s+/g, " ").slice(0, 600);
  return `${test.module.relativeModuleId} > ${test.fullName}: ${shortened(message)} ${shortened(diff)}\n`;
}

// Vitest takes a reporter from a file's default export.
export { SkippedTests as default };
