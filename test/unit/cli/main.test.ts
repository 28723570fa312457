import { describe, expect, test } from "vitest";
import { type Cli, main, type AddCommand } from "../../../src/cli/main.ts";
import { FencedError, SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { aCli } from "../../support/processes/in-process-cli.ts";

/** A command `do` that does this. */
function doing(work: () => Promise<number>): AddCommand {
  return (program, _, act) => {
    program.command("do").action(() => act(work));
  };
}

async function run(argv: readonly string[], work: () => Promise<number> = () => Promise.resolve(0), changes: Partial<Cli> = {}): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = aCli(changes);
  const code = await main(argv, cli, { name: "sluice", description: "", commands: [doing(work)] });
  return { code, stdout: cli.stdout.text(), stderr: cli.stderr.text() };
}

describe("a command line", () => {
  test.each([0, 1, 130])("ends with the %d that its command says", async (code) => {
    expect(await run(["do"], () => Promise.resolve(code))).toEqual({ code, stdout: "", stderr: "" });
  });

  const failures: Record<string, { error: Error; code: number }> = {
    "a wrong file or command: 2": { error: new SpecError("host.inFlight is 0."), code: 2 },
    "a sweep that somebody else has taken over: 2": { error: new FencedError("Another driver has taken this sweep over."), code: 2 },
    "wrong surroundings: 3": { error: new SurroundingsError("The database is away."), code: 3 },
  };

  test.each(Object.entries(failures))("tells in one line what a person can act on: %s", async (_, { error, code }) => {
    expect(await run(["do"], () => Promise.reject(error))).toEqual({ code, stdout: "", stderr: `sluice: ${error.message}\n` });
  });

  test("tells of a bug where it is", async () => {
    const { code, stderr } = await run(["do"], () => Promise.reject(new TypeError("x is not a function")));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^sluice: this is a bug: TypeError: x is not a function\n {4}at /);
  });

  test("that was interrupted ends with 130, whatever went wrong on the way out", async () => {
    expect(await run(["do"], () => Promise.reject(new Error("aborted")), { signal: AbortSignal.abort(new Error("interrupted")) })).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  test.each([
    ["an unknown command", ["doo"], "unknown command 'doo'"],
    ["an unknown option", ["do", "--fast"], "unknown option '--fast'"],
  ])("with %s ends with 2, and says how help is had", async (_, argv, says) => {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
    expect(stderr).toContain("--help shows how it is used");
  });

  test("that asks for help gets it, with the exit codes, where results are written", async () => {
    const { code, stdout, stderr } = await run(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("130  interrupted");
  });

  test("that asks for the version gets that", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });
});
