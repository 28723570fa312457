import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { isScalar, LineCounter, parseAllDocuments, type Document, type YAMLError, isAlias, isMap, isNode, isSeq } from "yaml";
import { readDocument } from "../documents/accept.ts";
import { SpecError } from "../model/errors.ts";
import { formatPath } from "../model/field-problem.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** Reads files. One that cannot be read is reported as a problem, like others. */
export async function readSweepFiles(files: readonly string[]): Promise<SweepFile[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        const bytes = await readFile(file);
        if (!isUtf8(bytes)) return withoutDocuments({ file, line: badLine(bytes), path: "", sentence: "is not UTF-8" });
        return readSweepFile(file, bytes.toString("utf8"));
      } catch (error) {
        return withoutDocuments({ file, line: 0, path: "", sentence: whyUnread(error) });
      }
    }),
  );
}

/** The documents of files without problems. @throws SpecError with every problem, one per line */
export async function documentsOf(files: readonly string[]): Promise<SweepDocument[]> {
  const read = await readSweepFiles(files);
  const problems = read.flatMap((file) => file.problems);
  if (problems.length > 0) throw new SpecError(["invalid input, nothing was changed:", ...problems.map(formatProblem)].join("\n"));
  return read.flatMap((file) => file.documents);
}

/** The first line that is not UTF-8. */
function badLine(bytes: Buffer): number {
  const lines = bytes.toString("latin1").split("\n");
  return 1 + lines.findIndex((line) => !isUtf8(Buffer.from(line, "latin1")));
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "is a folder, not a file",
  EACCES: "no permission to read this file",
};

function whyUnread(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return WHY[code] ?? `cannot be read: ${message}`;
}

export interface Problem {
  readonly file: string;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  /** "spec.sweepTemplate.spec.batch.memory", or "" for the document. */
  readonly path: string;
  readonly sentence: string;
}

export interface SweepFile {
  /** The documents without problems, in the order of the file. */
  readonly documents: readonly SweepDocument[];
  /** The problems of the others, by line. */
  readonly problems: readonly Problem[];
  /** The line of a field of one of `documents`; if the field is not there, the line of the nearest field around it. */
  readonly lineOf: (document: SweepDocument, path: readonly PropertyKey[]) => number;
}

/** Parses a file of one or more CronSweeps and Sweeps. Never throws, whatever the text. */
export function readSweepFile(file: string, text: string): SweepFile {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const written = Array.isArray(parsed) ? parsed.filter((document) => !isBlank(document)) : [];
  if (written.length === 0) return withoutDocuments({ file, line: 1, path: "", sentence: "contains no document, only blank lines and comments" });
  const read = written.map((document) => readYaml(document, text, lines));
  const problems = read.flatMap((one) => one.problems).map((problem): Problem => ({ file, ...problem }));
  return {
    documents: read.flatMap(({ valid }) => (valid === undefined ? [] : [valid])),
    problems: problems.sort((a, b) => a.line - b.line),
    lineOf(document, path) {
      const at = read.findIndex(({ valid }) => valid === document);
      return at === -1 ? 0 : lineOf(path, written[at]!, lines);
    },
  };
}

/** The result for a file that cannot be read at all. */
function withoutDocuments(problem: Problem): SweepFile {
  return { documents: [], problems: [problem], lineOf: () => 0 };
}

/** `FILE:LINE: field: sentence` */
export function formatProblem({ file, line, path, sentence }: Problem): string {
  return `${file}${line === 0 ? "" : `:${line}`}: ${path === "" ? "" : `${path}: `}${sentence}`;
}

/** A redundant --- is not an error, as with kubectl. */
function isBlank({ contents, errors }: Document): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

type Located = Omit<Problem, "file">;

function readYaml(document: Document, text: string, lines: LineCounter): { valid?: SweepDocument; problems: Located[] } {
  const syntax = [...document.errors, ...document.warnings].map((error) => syntaxProblem(error, text, lines));
  // With a duplicate key the rest can still be read; after any other error it would be guesswork.
  if (document.errors.some((error) => error.code !== "DUPLICATE_KEY")) return { problems: syntax };
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // An alias without its anchor, or so many aliases that the document would explode.
    return { problems: [{ line: 1, path: "", sentence: ofTheParser(error) }] };
  }
  const read = readDocument(value, PROVIDERS);
  if ("document" in read) return syntax.length === 0 ? { valid: read.document, problems: [] } : { problems: syntax };
  return { problems: [...syntax, ...read.problems.map(({ path, sentence }) => ({ line: lineOf(path, document, lines), path: formatPath(path), sentence }))] };
}

function syntaxProblem(error: YAMLError, text: string, lines: LineCounter): Located {
  const field = /^[^:\s]{0,80}/.exec(text.slice(error.pos[0], error.pos[0] + 80))?.[0] ?? "";
  const sentence = error.code === "DUPLICATE_KEY" ? `duplicate field ${field}` : `invalid YAML: ${ofTheParser(error)}`;
  return { line: lines.linePos(error.pos[0]).line, path: "", sentence };
}

/** The parser quotes whole values. */
function ofTheParser(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.length > 240 ? `${message.slice(0, 200)}…` : message;
}

/** The line of the field at `path`; if it is not there, the line of the nearest field around it. */
function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): number {
  let node: unknown = document.contents;
  let line = startLine(node, lines) ?? 1;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      // Of duplicate keys the last one counts.
      const pair = node.items.findLast(({ key }) => (isScalar(key) ? String(key.value) : "") === String(step));
      if (pair === undefined) return line;
      line = startLine(pair.key, lines) ?? line;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      line = startLine(node, lines) ?? line;
    } else return line;
  }
  return line;
}

function startLine(node: unknown, lines: LineCounter): number | undefined {
  return isNode(node) && node.range != null ? lines.linePos(node.range[0]).line : undefined;
}
