import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Names } from "../../../src/decide/targets/names.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { readTargets } from "../../../src/prepare/target-list.ts";
import { aFolder } from "../../support/processes/sluice.ts";

const ORIGIN = "key asns.txt of the ConfigMap lists";

const fetchNothing = (): Promise<never> => Promise.reject(new Error("nothing is fetched here"));

let folder: Awaited<ReturnType<typeof aFolder>>;
beforeAll(async () => {
  folder = await aFolder();
});
afterAll(() => folder.remove());

describe("a list from a file", () => {
  async function read(text: string | null): Promise<Names> {
    const file = path.join(folder.path, text === null ? "absent" : "list");
    if (text !== null) await writeFile(file, text);
    return readTargets({ from: { kind: "file", path: file, origin: ORIGIN } }, fetchNothing);
  }

  test("has one target per line, whether or not the last line ends", async () => {
    expect(await read("AS1\nAS2\n")).toEqual({ names: ["AS1", "AS2"], notes: [] });
    expect(await read("AS1\nAS2")).toEqual({ names: ["AS1", "AS2"], notes: [] });
  });

  test("counts blank lines in the middle, and none at the end", async () => {
    expect(await read("AS1\n\nAS2\r\n\n")).toEqual({ names: ["AS1", "AS2"], notes: ["Blank names dropped from the list of targets: 1."] });
  });

  test("names the ConfigMap and key that do not exist", async () => {
    const error: unknown = await read(null).catch((problem: unknown) => problem);
    expect(error).toEqual(new SurroundingsError("The list of targets does not exist: key asns.txt of the ConfigMap lists."));
    expect((error as Error).cause).toMatchObject({ code: "ENOENT" });
  });

  test("names the ConfigMap and key that are empty", async () => {
    await expect(read(" \n\n")).rejects.toThrow(new SurroundingsError("The list of targets is empty: key asns.txt of the ConfigMap lists."));
  });
});

test("a list in the spec needs neither a file nor a request", async () => {
  expect(await readTargets({ from: { kind: "list", list: ["AS2", " AS1 ", "AS2"] } }, fetchNothing)).toEqual({ names: ["AS2", "AS1"], notes: ["Duplicates dropped from the list of targets: 1."] });
});

test("a list of HTTP is fetched from its source, and tidied like the others", async () => {
  const source = { kind: "http", url: "http://host.example/list", pattern: "([0-9])", prefix: "AS" } as const;
  expect(await readTargets({ from: source }, (from) => Promise.resolve([from.url, "", from.url]))).toEqual({
    names: ["http://host.example/list"],
    notes: ["Blank names dropped from the list of targets: 1.", "Duplicates dropped from the list of targets: 1."],
  });
});
