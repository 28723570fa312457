import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeTo } from "../../../src/cli/destination.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { aCli, anOutput } from "../../support/processes/in-process-cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-destination-"));
});
afterAll(() => rm(folder, { recursive: true }));

const lines = (count: number) => (out: Writable): Promise<void> => pipeline(Readable.from(Array.from({ length: count }, (_, index) => `${index}\n`)), out);

describe("a file", () => {
  test("holds all that was written", async () => {
    const file = path.join(folder, "all");
    await writeTo(aCli(), file, lines(5000));
    expect((await readFile(file, "utf8")).split("\n")).toHaveLength(5001);
  });

  test("exists even if nothing was written", async () => {
    const file = path.join(folder, "nothing");
    await writeTo(aCli(), file, lines(0));
    expect(await readFile(file, "utf8")).toBe("");
  });

  test("keeps its old content if the result breaks off", async () => {
    const file = path.join(folder, "kept");
    await writeFile(file, "before");
    const breaking = async (out: Writable): Promise<void> => {
      out.write("half");
      await Promise.reject(new Error("the database went away"));
    };
    await expect(writeTo(aCli(), file, async (out) => {
      await breaking(out).finally(() => out.destroy());
    })).rejects.toThrow("the database went away");
    expect(await readFile(file, "utf8")).toBe("before");
    expect((await readdir(folder)).filter((name) => name.startsWith("kept"))).toEqual(["kept"]);
  });

  test("that two commands write at once has the content of one of them", async () => {
    const file = path.join(folder, "twice");
    const [small, large] = [writeTo(aCli(), file, lines(10)), writeTo(aCli(), file, lines(5000))];
    await Promise.all([small, large]);
    expect([11, 5001]).toContain((await readFile(file, "utf8")).split("\n").length);
    expect((await readdir(folder)).filter((name) => name.startsWith("twice"))).toEqual(["twice"]);
  });

  test("that cannot be created is reported with its name", async () => {
    const error: unknown = await writeTo(aCli(), path.join(folder, "no/such"), lines(1)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SurroundingsError);
    expect((error as Error).message).toMatch(/no\/such cannot be written: ENOENT: no such file or directory, open '\S+no\/such'\.$/);
  });

  test("on a full disk is reported", async () => {
    await expect(writeTo(aCli(), "/dev/full", lines(100_000))).rejects.toThrow(/^\/dev\/full cannot be written: ENOSPC/);
  });

  test("is not left incomplete when the command is interrupted", async () => {
    const stop = new AbortController();
    const file = path.join(folder, "interrupted");
    const endless = async (out: Writable): Promise<void> => {
      await pipeline(
        Readable.from(
          (function* () {
            for (let index = 0; ; index += 1) {
              if (index === 1000) stop.abort(new Error("interrupted"));
              yield `${index}\n`;
            }
          })(),
        ),
        out,
      );
    };
    await expect(writeTo(aCli({ signal: stop.signal }), file, endless)).rejects.toThrow("interrupted");
    expect((await readdir(folder)).filter((name) => name.startsWith("interrupted"))).toEqual([]);
  });
});

describe("standard output", () => {
  test("gets everything, and stays open", async () => {
    const cli = aCli();
    await writeTo(cli, undefined, lines(3));
    cli.stdout.write("more\n");
    expect(cli.stdout.text()).toBe("0\n1\n2\nmore\n");
  });

  test("may be closed early by its reader", async () => {
    const reader = new Writable({ write: (_, __, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })) });
    await writeTo({ ...aCli(), stdout: anOutput({ stream: reader }) }, undefined, lines(100_000));
  });

  test("applies the back-pressure of its reader", async () => {
    let taken = 0;
    let made = 0;
    let most = 0;
    const slow = new Writable({
      write(chunk: Buffer, _, done) {
        taken += chunk.length;
        most = Math.max(most, made - taken);
        setImmediate(done);
      },
    });
    await writeTo({ ...aCli(), stdout: anOutput({ stream: slow }) }, undefined, (out) =>
      pipeline(
        Readable.from(
          (function* () {
            for (let index = 0; index < 500; index += 1) {
              made += 64 * 1024;
              yield Buffer.alloc(64 * 1024);
            }
          })(),
        ),
        out,
      ),
    );
    expect(taken).toBe(500 * 64 * 1024);
    expect(most).toBeLessThan(4 * 1024 * 1024);
  });
});
