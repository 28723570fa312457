import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { accept, type Accepted } from "../../src/documents/accept.ts";
import { resolve } from "../../src/documents/complete.ts";
import { readSweepFile, type SweepFile } from "../../src/cli/sweep-files.ts";
import { validateFile } from "../../src/cli/validate-command.ts";
import { newestWindow } from "../../src/decide/grid.ts";
import { SpecError } from "../../src/model/errors.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { seededRandom, type Random } from "../../src/simulate/seeded.ts";
import { ROOT } from "../support/root.ts";
import type { FuzzReport } from "./main.ts";

/** 2026-11-27 */
const NOW = 1_795_737_600;
const LONGEST_SENTENCE = 1_000;

const FOLDER = path.join(ROOT, "examples");
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml")).map((name) => readFileSync(path.join(FOLDER, name), "utf8"));

/** Values that are wrong somewhere: too large, of another type, or with a character that something else cannot hold. */
const VALUES = [
  "", "~", "0", "-1", "1e308", ".inf", ".nan", "9".repeat(400), "true", "[]", "{}", "[[[]]]", "{a: {b: {c: d}}}", '""', "0s", "-5m", "99999999999h", "1e9Ki", "32Mi",
  '"http://["', '"http://h:99999"', '"http://1.2.3.4.5"', '"http://user:secret@host/{target}"', '"https://host/{targets}"', '"//host"', '"{target}"', '"\\u0000"', '"\\ud800"', '"\\u202e"', '"\\r\\n"',
  '"(a"', '"(a)+(b)*"', '"(?:(a|a)+)+b"', '"(a{1,9999})\\\\1"', '"\\\\"', '"^(a)$"', '"(?<=a)(b)"', `"(a)${"(?:a|a)".repeat(60)}b"`, `"${".".repeat(490)}"`,
  '"61 * * * *"', '"* * * * * *"', '"0 0 30 2 *"', '"@never"', '"Mars/Olympus"', '"2026-13-01"', '"2026-11-27T25:00"', "2026-11-27", "ok", "ripestat", '"..%2f"', `"${"x".repeat(5_000)}"`, "*anchor", "&a [*a]",
];

/**
 * Files that were cut, shuffled or filled with wrong values. Each is accepted, or refused with sentences that name a line of the file; nothing
 * throws, no sentence is of a program's inside, and what is accepted can be stored and swept.
 */
export function fuzzFiles(seed: number, until: () => boolean): FuzzReport {
  let cases = 0;
  for (; !until(); cases++) {
    const text = mutant(seededRandom(seed + cases));
    const what = whatIsWrong(text);
    if (what !== null) return { cases, failure: { seed: seed + cases, what: `${what}\n${text}` } };
  }
  return { cases, failure: null };
}

function mutant(random: Random): string {
  let text = pick(EXAMPLES, random);
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--) text = pick(MUTATIONS, random)(text, random);
  return text;
}

type Mutation = (text: string, random: Random) => string;

const MUTATIONS: readonly Mutation[] = [
  (text, random) => text.slice(0, Math.floor(random() * text.length)),
  (text, random) => atLine(text, random, () => []),
  (text, random) => atLine(text, random, (line) => [line, line]),
  (text, random) => atLine(text, random, (line) => [`${" ".repeat(Math.floor(random() * 5))}${line.trimStart()}`]),
  (text, random) => atLine(text, random, (line) => [line, pick(text.split("\n"), random)]),
  (text, random) => withValue(text, random),
  (text, random) => withValue(text, random),
  (text, random) => withValue(text, random),
  (text, random) => atLine(text, random, (line) => [line.replace(/\w+:/, (key) => `${pick(["x", "", key.toUpperCase(), "\u202e", "__proto__", "constructor"], random)}:`)]),
  (text, random) => {
    const at = Math.floor(random() * text.length);
    return `${text.slice(0, at)}${pick(["\u0000", "\u001b[2J", "\ud800", "\ufeff", "\t", "'", '"', ":", "#", "{", "]", "---\n", "%", "\u2028"], random)}${text.slice(at + Math.floor(random() * 2))}`;
  },
];

function withValue(text: string, random: Random): string {
  return atLine(text, random, (line) => [line.replace(/(:\s+|-\s+)\S.*$/, (_, before: string) => `${before}${pick(VALUES, random)}`)]);
}

function atLine(text: string, random: Random, change: (line: string) => readonly string[]): string {
  const lines = text.split("\n");
  const at = Math.floor(random() * lines.length);
  return [...lines.slice(0, at), ...change(lines[at]!), ...lines.slice(at + 1)].join("\n");
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}

function whatIsWrong(text: string): string | null {
  try {
    const read = readSweepFile("mutant.yaml", text);
    const { problems, warnings, documents } = validateFile("mutant.yaml", read, read.documents, NOW);
    const lines = text.split(/\r\n|\r|\n/).length;
    for (const { line, sentence } of [...problems, ...warnings]) {
      if (line < 1 || line > lines) return `a problem is at line ${line} of ${lines}: ${sentence}`;
      const flaw = flawOf(sentence);
      if (flaw !== null) return `${flaw}: ${JSON.stringify(sentence)}`;
    }
    if (problems.length + documents.length === 0) return "the file was neither refused nor read";
    return documents.map(({ accepted }) => (accepted === null ? null : notUsable(accepted, read))).find((flaw) => flaw !== null) ?? null;
  } catch (error) {
    return `thrown: ${(error as Error).stack ?? String(error)}`;
  }
}

function flawOf(sentence: string): string | null {
  if (sentence.length > LONGEST_SENTENCE) return `a sentence of ${sentence.length} characters`;
  return /TypeError|RangeError|undefined|\[object|this is a bug/.test(sentence) ? "a sentence from a program's inside" : null;
}

/** What was accepted is swept in every window, and Postgres holds it as JSON. */
function notUsable({ document, complete, spec }: Accepted, { documents }: SweepFile): string | null {
  const stored = JSON.stringify(spec);
  if (/\\u0000|\\ud[89a-f]/i.test(stored)) return `accepted, and Postgres cannot hold it: ${stored}`;
  for (const years of [1, 10]) {
    try {
      resolve(complete, newestWindow(complete.grid, NOW - years * 31_536_000));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      return `accepted, and refused for another window: ${error.message}`;
    }
  }
  return "problems" in accept(document, { providers: PROVIDERS, documents }, NOW) ? "accepted once, and refused the second time" : null;
}
