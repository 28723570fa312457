import path from "node:path";
import { SurroundingsError } from "../model/errors.ts";

/**
 * The folder that outlives a command: `$XDG_DATA_HOME/sluice`, else `~/.local/share/sluice`.
 * A relative XDG_DATA_HOME is ignored, as the XDG base directory specification asks.
 *
 * @throws SurroundingsError where neither XDG_DATA_HOME nor HOME says where to write
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const data = env["XDG_DATA_HOME"];
  if (data !== undefined && path.isAbsolute(data)) return path.join(data, "sluice");
  const home = env["HOME"];
  if (home !== undefined && path.isAbsolute(home)) return path.join(home, ".local", "share", "sluice");
  throw new SurroundingsError("No folder to keep data in: neither XDG_DATA_HOME nor HOME is an absolute path.");
}
