import { expect, test } from "vitest";
import { SLUICE } from "../../../src/cli/commands.ts";
import { main } from "../../../src/cli/main.ts";
import { aCli } from "../../support/processes/in-process-cli.ts";

async function sluice(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = aCli();
  const code = await main(argv, cli, SLUICE);
  return { code, stdout: cli.stdout.text(), stderr: cli.stderr.text() };
}

const FILE = "examples/ripestat-daily.yaml";

const refused: Record<string, { argv: string[]; says: string }> = {
  "a backfill without --from": { argv: ["backfill", FILE], says: "error: required option '--from <start>' not specified" },
  "a backfill that names one window": { argv: ["backfill", FILE, "--from", "2026-11-20", "--window", "2026-11-20"], says: "error: unknown option '--window'" },
  "a backfill that ends before it starts": { argv: ["backfill", FILE, "--from", "2026-11-20", "--to", "2026-11-19"], says: "sluice: --to (2026-11-19) is before --from (2026-11-20)." },
  "a backfill of a Sweep, which has one window": { argv: ["backfill", FILE, "examples/rerun.yaml", "--from", "2026-11-20"], says: "names its own window (spec.window.start)" },
  "a run over a range": { argv: ["run", FILE, "--from", "2026-11-20"], says: "error: unknown option '--from'" },
};

test.each(Object.entries(refused))("refuses %s before anything starts", async (_, { argv, says }) => {
  const { code, stdout, stderr } = await sluice(...argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(says);
});
