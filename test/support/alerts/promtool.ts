import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { type Ended, run } from "../kube/programs.ts";
import type { RuleGroup } from "./expressions.ts";

export const hasPromtool = (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => existsSync(path.join(folder, "promtool")));

/** `promtool check rules`. */
export async function checkRules(groups: readonly { readonly name: string; readonly rules: readonly object[] }[]): Promise<Ended> {
  return inFolder(async (folder) => run("promtool", ["check", "rules", "--lint-fatal", await write(folder, "rules.yaml", { groups })]));
}

/** `promtool test rules`, with tests as its own file has them. `every`: the interval of evaluation. */
export async function testRules(groups: readonly RuleGroup[], tests: readonly object[], every = "1m"): Promise<Ended> {
  return inFolder(async (folder) => {
    await write(folder, "rules.yaml", { groups });
    return run("promtool", ["test", "rules", await write(folder, "tests.yaml", { rule_files: ["rules.yaml"], evaluation_interval: every, tests })]);
  });
}

async function inFolder(work: (folder: string) => Promise<Ended>): Promise<Ended> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-promtool-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function write(folder: string, name: string, content: object): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, stringify(content));
  return file;
}
