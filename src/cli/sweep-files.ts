import { readFile } from "node:fs/promises";
import { SpecError } from "../model/errors.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { formatProblem, readSweepFile, withoutDocuments, type SweepFile } from "./read-file.ts";

/** Each of the files with all that is wrong with it; one that cannot be read is a problem like others. */
export async function readSweepFiles(files: readonly string[]): Promise<SweepFile[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return readSweepFile(file, await readFile(file, "utf8"));
      } catch (error) {
        return withoutDocuments({ file, line: 0, path: "", sentence: whyUnread(error) });
      }
    }),
  );
}

/** The documents of files that are right. @throws SpecError with every problem, a line each */
export async function documentsOf(files: readonly string[]): Promise<SweepDocument[]> {
  const read = await readSweepFiles(files);
  const problems = read.flatMap((file) => file.problems);
  if (problems.length > 0) throw new SpecError(["nothing was done, since this is wrong:", ...problems.map(formatProblem)].join("\n"));
  return read.flatMap((file) => file.documents);
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "this is a folder, and a file is wanted",
  EACCES: "this file may not be read",
};

function whyUnread(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return WHY[code] ?? `this file cannot be read: ${message}`;
}
