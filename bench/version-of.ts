import { execFileSync } from "node:child_process";

/** The first line of `--version`; null if it is not installed. */
export function versionOf(command: string): string | null {
  try {
    return execFileSync(command, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0]!.trim();
  } catch {
    return null;
  }
}
