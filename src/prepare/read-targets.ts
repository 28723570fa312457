import { readFile } from "node:fs/promises";
import { SurroundingsError } from "../model/errors.ts";
import type { TargetSource } from "../model/resolved.ts";

/** The lines of a file that the pod was given. @throws SurroundingsError where it was not, or where it is empty */
export async function readTargets({ path, origin }: Extract<TargetSource["from"], { kind: "file" }>): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new SurroundingsError(`The list of targets (${origin}) cannot be read: ${(error as Error).message}.`);
    throw new SurroundingsError(`The list of targets is not there: ${origin}.`);
  });
  if (text.trim() === "") throw new SurroundingsError(`The list of targets is empty: ${origin}.`);
  return text.trimEnd().split("\n");
}
