import { parseArgs } from "node:util";
import { fuzzAnswers } from "./answers.ts";
import { fuzzFiles } from "./files.ts";
import { fuzzPatterns } from "./patterns.ts";

/**
 * `npm run fuzz -- --minutes N [--seed N]`: searches for inputs that are believed, read or refused wrongly. Ends with 1 at the first one, and
 * prints the seed that finds it at once. docs/reliability.md says what each fuzzer promises.
 */

export interface FuzzReport {
  readonly cases: number;
  /** `seed` makes the first case the failing one. */
  readonly failure: { readonly seed: number; readonly what: string } | null;
}

/** Runs cases until `until` says so, the first from `seed` alone. */
type Fuzzer = (seed: number, until: () => boolean) => FuzzReport;

const FUZZERS: Readonly<Record<string, Fuzzer>> = { answers: fuzzAnswers, files: fuzzFiles, patterns: fuzzPatterns };

/** So short that each fuzzer has its turn early. */
const SLICE_SECONDS = 5;

function main(): number {
  const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" }, seed: { type: "string" } } });
  const minutes = Number(values.minutes);
  const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!(minutes > 0) || !Number.isInteger(first)) {
    process.stderr.write("npm run fuzz -- --minutes N [--seed N]: a number of minutes above 0, and a whole number as seed\n");
    return 2;
  }
  process.stdout.write(`Fuzzing for ${minutes} minutes from seed ${first}\n`);
  const end = performance.now() + minutes * 60_000;
  const cases = new Map<string, number>();
  while (performance.now() < end) {
    for (const [name, fuzz] of Object.entries(FUZZERS)) {
      const sliceEnd = Math.min(end, performance.now() + SLICE_SECONDS * 1000);
      const before = cases.get(name) ?? 0;
      const report = fuzz(first + before, () => performance.now() >= sliceEnd);
      cases.set(name, before + report.cases);
      if (report.failure === null) continue;
      process.stdout.write(`${name} failed; npm run fuzz -- --seed ${report.failure.seed} shows it again:\n${report.failure.what}\n`);
      return 1;
    }
  }
  for (const [name, count] of cases) process.stdout.write(`${name}: ${count.toLocaleString("en")} cases, no failure\n`);
  return 0;
}

if (import.meta.main) process.exitCode = main();
