import { run } from "../kube/programs.ts";

/** What `promtool check metrics` has to say of a page of metrics: nothing where it is as it should be. */
export async function checkMetrics(page: string): Promise<string> {
  const { code, stdout, stderr } = await run("promtool", ["check", "metrics"], { input: page });
  return code === 0 ? stdout + stderr : `${stdout}${stderr}promtool ended with ${code ?? "a signal"}`;
}
