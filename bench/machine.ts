import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** The machine in one line. */
export function machine(): string {
  const [first, ...others] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${others.length + 1} × ${first!.model}, ${memory}, ${distribution()}, Linux ${release().split("-")[0]!}, Node ${process.version}`;
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))![1]!;
  } catch {
    return "an unnamed distribution";
  }
}
