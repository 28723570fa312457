import { describe, expect, test } from "vitest";
import { WorkerExit } from "../../../src/bin/worker-exit.ts";
import { FencedError, SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import type { Log, LogFields } from "../../../src/model/log.ts";
import type { BatchMessage, ProgramMessage } from "../../../src/model/message.ts";

const EXITED = new Error("exited");

interface Left {
  readonly exit: WorkerExit;
  readonly codes: number[];
  readonly messages: ProgramMessage[];
  readonly lines: [level: string, text: string, fields: LogFields][];
  stderr: string;
}

function aWorkerExit({ isDiskFull = false } = {}): Left {
  const lines: Left["lines"] = [];
  const log = Object.fromEntries(["debug", "info", "warn", "error", "fatal"].map((level) => [level, (fields: LogFields, text: string) => void lines.push([level, text, fields])])) as unknown as Log;
  const messages: ProgramMessage[] = [];
  const codes: number[] = [];
  const write = (message: ProgramMessage): void => {
    if (isDiskFull) throw new Error("ENOSPC");
    messages.push(message);
  };
  const left: Left = {
    exit: new WorkerExit({
      log,
      messageFile: { write },
      stderr: { write: (text) => (left.stderr += text) },
      exit: (code) => {
        codes.push(code);
        throw EXITED;
      },
    }),
    codes,
    messages,
    lines,
    stderr: "",
  };
  return left;
}

const BATCH = { program: "batch", batch: 7, memory: { limit: 100, anon: 40, anonPeak: 50, kernelPeak: null } } as unknown as BatchMessage;

function systemError(message: string): Error {
  return Object.assign(new Error(message), { code: message.split(":")[0], syscall: message.split(", ").at(-1) });
}

describe("a worker that fails", () => {
  test.each([
    ["2 for a wrong spec", new SpecError("the spec is wrong"), 2, "fatal", "the spec is wrong"],
    ["3 for a wrong environment", new SurroundingsError("the database is away"), 3, "fatal", "the database is away"],
    ["3 for a system call that the machine refuses", systemError("ENOSPC: no space left on device, write"), 3, "fatal", "The operating system refuses: no space left on device, write."],
    ["143 if another process has its batch", new FencedError("another incarnation has it"), 143, "info", "another incarnation has it"],
    ["1 for any other error", new TypeError("x is undefined"), 1, "fatal", "this is a bug: x is undefined"],
  ])("exits with %s, and reports the sentence", (_, error, code, level, problem) => {
    const { exit, codes, messages, lines } = aWorkerExit();
    exit.about = { batch: 7 };
    exit.report(BATCH);
    expect(() => exit.failed(error, false)).toThrow(EXITED);
    expect(codes).toEqual([code]);
    expect(lines).toEqual([[level, problem, expect.objectContaining({ batch: 7, exitCode: code }) as LogFields]]);
    expect(messages).toEqual([BATCH, { ...BATCH, problem }]);
  });

  test("logs a stack for a bug, and for nothing else", () => {
    const { exit, lines } = aWorkerExit();
    expect(() => exit.failed(new TypeError("x is undefined"), false)).toThrow(EXITED);
    expect(() => exit.failed(new SpecError("the spec is wrong"), false)).toThrow(EXITED);
    expect(lines.map(([, , fields]) => typeof fields.stack)).toEqual(["string", "undefined"]);
  });

  test("after it was asked to stop exits with 143, whatever the error, and leaves its last message", () => {
    const { exit, codes, messages, lines } = aWorkerExit();
    exit.report(BATCH);
    expect(() => exit.failed(new SurroundingsError("the database is away"), true)).toThrow(EXITED);
    expect(codes).toEqual([143]);
    expect(lines).toEqual([["info", "asked to stop", { exitCode: 143 }]]);
    expect(messages).toEqual([BATCH]);
  });

  test("before its first message leaves an empty one with the problem", () => {
    const { exit, messages } = aWorkerExit();
    expect(() => exit.failed(new SpecError("the spec is wrong"), false)).toThrow(EXITED);
    expect(messages).toMatchObject([{ program: "prepare", pass: 0, ranges: [], problem: "the spec is wrong" }]);
  });

  test("with a very long sentence leaves a message that still fits", () => {
    const { exit, messages } = aWorkerExit();
    expect(() => exit.failed(new SpecError("x".repeat(5000)), false)).toThrow(EXITED);
    expect(messages[0]!.problem).toHaveLength(478);
  });

  test("on a full disk exits with the same code, and writes the sentence to standard error", () => {
    const left = aWorkerExit({ isDiskFull: true });
    expect(() => left.exit.failed(new SpecError("the spec is wrong"), false)).toThrow(EXITED);
    expect(left.codes).toEqual([2]);
    expect(left.stderr).toBe("the spec is wrong\n");
  });

  test("out of memory exits with 4, and its message has the last peak", () => {
    const { exit, codes, messages } = aWorkerExit();
    exit.report(BATCH);
    expect(() => exit.outOfMemory("out of memory", 95)).toThrow(EXITED);
    expect(codes).toEqual([4]);
    expect(messages.at(-1)).toEqual({ ...BATCH, memory: { ...BATCH.memory, anonPeak: 95 }, problem: "out of memory" });
  });
});
