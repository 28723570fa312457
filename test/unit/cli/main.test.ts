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
  test.each([0, 1, 130])("exits with the %d of its command", async (code) => {
    expect(await run(["do"], () => Promise.resolve(code))).toEqual({ code, stdout: "", stderr: "" });
  });

  const failures: Record<string, { error: Error; code: number }> = {
    "a wrong file or command: 2": { error: new SpecError("host.inFlight is 0."), code: 2 },
    "a sweep that another process has taken over: 2": { error: new FencedError("Another driver has taken over this sweep."), code: 2 },
    "an environment problem: 3": { error: new SurroundingsError("The database is away."), code: 3 },
  };

  test.each(Object.entries(failures))("reports in one line what a person can act on: %s", async (_, { error, code }) => {
    expect(await run(["do"], () => Promise.reject(error))).toEqual({ code, stdout: "", stderr: `sluice: ${error.message}\n` });
  });

  test("reports in one line what the machine refuses, wherever it happened", async () => {
    const error = Object.assign(new Error("EROFS: read-only file system, open '/x'"), { code: "EROFS", syscall: "open" });
    expect(await run(["do"], () => Promise.reject(error))).toEqual({ code: 3, stdout: "", stderr: "sluice: The operating system refuses: read-only file system, open '/x'.\n" });
  });

  test("reports an internal error with its stack", async () => {
    const { code, stderr } = await run(["do"], () => Promise.reject(new TypeError("x is not a function")));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^sluice: internal error, please report it: TypeError: x is not a function\n {4}at /);
  });

  test("that was interrupted exits with 130, whatever error the shutdown raises", async () => {
    expect(await run(["do"], () => Promise.reject(new Error("aborted")), { signal: AbortSignal.abort(new Error("interrupted")) })).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  test.each([
    ["an unknown command", ["doo"], "unknown command 'doo'"],
    ["an unknown option", ["do", "--fast"], "unknown option '--fast'"],
  ])("with %s exits with 2, and points to the help", async (_, argv, says) => {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
    expect(stderr).toContain("(see sluice COMMAND --help)");
  });

  test("with --help prints the help and the exit codes to standard output", async () => {
    const { code, stdout, stderr } = await run(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("130  interrupted");
  });

  test("with --version prints the version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });
});
